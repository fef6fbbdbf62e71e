// The messages of one language, as they stand in the files.
export const texts: string[] = Object.values(import.meta.glob<string>(['../../../../locales/zh-CN/*.ftl', '!**/shell.ftl'], { query: '?raw', import: 'default', eager: true }));
