language-title = 语言
language-system = 跟随系统
language-system-text = 没有合适的语言时使用英语。
language-not-changed = 语言未更改
