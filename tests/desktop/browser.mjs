// The system browser of a test: Debian's Chromium, driven through the sign-in and consent pages of the practice service or
// of oidc-provider, and through their pages for the code of another device. What it does at the consent page stands in
// $STORM_DESKTOP/browser-manner: approve, deny, or leave (closes the browser before coming back); who signs in at the practice
// service, if not whom its page suggests, in browser-account. Every page opened and how it ended is a line of browser.jsonl.
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';

const require = createRequire(new URL('../package.json', import.meta.url));
const { chromium } = require('playwright-core');

const folder = process.env.STORM_DESKTOP;
const url = process.argv[2];
const read = (name, fallback) => {
  try {
    return fs.readFileSync(path.join(folder, name), 'utf8').trim() || fallback;
  } catch {
    return fallback;
  }
};
const record = (line) => fs.appendFileSync(path.join(folder, 'browser.jsonl'), `${JSON.stringify(line)}\n`);
const manner = read('browser-manner', 'approve');

record({ opened: url });
if (manner === 'leave') {
  record({ ended: 'left' });
  process.exit(0);
}

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  headless: true,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});
try {
  const page = await browser.newPage();
  page.setDefaultTimeout(20_000);
  await page.goto(url);
  if (await page.locator('#user-code').count()) await practiceDevice(page);
  else if (new URL(page.url()).pathname === '/device') await oidcDevice(page);
  else if (await page.locator('#sign-in').count()) await practice(page);
  else if (await page.locator('input[name=login]').count()) await oidcProvider(page);
  else if (/\/(oauth\/authorize|auth)(\?|$)/.test(page.url())) throw new Error('a sign-in page that is not known');
  record({ ended: 'done', at: new URL(page.url()).origin, text: (await page.innerText('body')).slice(0, 400) });
} catch (error) {
  record({ ended: 'failed', why: String(error).slice(0, 400) });
} finally {
  await browser.close();
}

// Waits for the program's own answer page, wherever its port is.
async function arrive(page, leave) {
  const from = new URL(page.url()).origin;
  await Promise.all([page.waitForURL((to) => to.origin !== from), leave()]);
}

// A page that was opened with the code in its address: what a telephone does that scanned the picture.
async function practiceDevice(page) {
  await shoot(page, 'device');
  await page.click('#enter-code');
  await signInAtPractice(page);
  await page.click(manner === 'deny' ? '#deny' : '#approve');
  await page.waitForSelector('#decided');
  await shoot(page, 'device-decided');
}

async function oidcDevice(page) {
  await page.waitForSelector('text=Confirm Device');
  if (manner === 'deny') {
    await page.click('button[name=abort]');
    return page.waitForSelector('text=interrupted');
  }
  await page.click('button[autofocus]');
  await page.waitForSelector('input[name=login]');
  await signInElsewhere(page);
  await page.click('button[type=submit]');
  return page.waitForSelector('text=Sign-in Success');
}

async function signInAtPractice(page) {
  const account = read('browser-account', '');
  if (account) await page.fill('#account', account);
  await page.fill('#password', 'rehearsal');
  await page.click('#sign-in');
  await page.waitForSelector('#approve');
}

async function practice(page) {
  await signInAtPractice(page);
  await shoot(page, 'consent');
  await arrive(page, () => page.click(manner === 'deny' ? '#deny' : '#approve'));
  await shoot(page, 'answer');
}

async function oidcProvider(page) {
  if (manner === 'deny') return arrive(page, () => page.click('text=Cancel'));
  await signInElsewhere(page);
  await arrive(page, () => page.click('button[type=submit]'));
}

async function signInElsewhere(page) {
  await page.fill('input[name=login]', 'alice');
  await page.fill('input[name=password]', 'rehearsal');
  await page.click('button[type=submit]');
  await page.waitForSelector('text=Continue');
}

// The tour keeps pictures of what the browser showed.
async function shoot(page, name) {
  const to = read('browser-pictures', '');
  if (to) await page.screenshot({ path: path.join(to, `browser-${name}.png`) });
}
