// Writes the bot rules that the Aggregator embeds, and the user agents its tests measure them with.
//
//   npm ci && npm run generate     after a new version of a list is pinned in package.json
//   npm run check                  fails when the committed files are not what the pinned lists give
//
// What is a bot is for the lists to say. This script only parts link previews from other bots, by the list's own tags,
// and drops a pattern that would take an in-app browser, behind which a person sits, for a bot.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const read = (path) => readFileSync(new URL(path, import.meta.url), "utf8");
const json = (name) => JSON.parse(read(`node_modules/${name}`));
const version = (name) => json(`${name}/package.json`).version;

const crawlers = json("crawler-user-agents/crawler-user-agents.json");
const generic = require("isbot").list;
const browsers = json("user-agents/dist/user-agents.json");
const inApp = read("in-app.txt").split("\n").filter((line) => line && !line.startsWith("#"));

// A fetcher that also feeds an index or a model is a bot: its visit does not mean that somebody shared the link.
const INDEXING = new Set(["search-engine", "ai-crawler", "seo", "scanner", "advertising", "academic", "archiver"]);

// Link previews that no tag names. Each with its reason.
const UNTAGGED_PREVIEWS = [
  // Google's messengers and Gmail fetch shared links under this name.
  "developers\\.google\\.com\\/\\+\\/web\\/snippet",
];

const dropped = [];
const spareInAppBrowsers = (flags) => (pattern) => {
  const victim = inApp.find((agent) => new RegExp(pattern, flags).test(agent));
  if (victim) dropped.push({ pattern, takesForABot: victim });
  return !victim;
};

const isPreview = ({ tags = [] }) => tags.includes("social-preview") && !tags.some((tag) => INDEXING.has(tag));
const named = crawlers.filter(({ pattern }) => spareInAppBrowsers("")(pattern));
const previews = named.filter(isPreview).map(({ pattern }) => pattern).concat(UNTAGGED_PREVIEWS);
const bots = named.filter((crawler) => !isPreview(crawler)).map(({ pattern }) => pattern);

// JavaScript reads [\\d-.] as a digit, a hyphen or a dot; .NET wants the hyphen escaped.
const hints = generic.filter(spareInAppBrowsers("i")).map((pattern) => pattern.replaceAll("\\d-.", "\\d\\-."));

// Most patterns are plain text, and plain texts are searched all at once, much faster than a pattern with 1,500 branches.
const META = /[\\^$.*+?()[\]{}|]/;
const plain = (pattern) => {
  const text = pattern.replace(/\\([^A-Za-z0-9])/g, "\u0000$1");
  return META.test(text.replace(/\u0000./g, "")) ? null : text.replace(/\u0000/g, "");
};
const part = (patterns) => ({
  texts: patterns.map(plain).filter((text) => text !== null),
  patterns: patterns.filter((pattern) => plain(pattern) === null),
});

// Numerical Recipes' generator: the sample must be the same on every machine.
const seeded = (seed) => () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32;
const sample = (items, count) => {
  const random = seeded(20260101);
  const rest = [...items];
  return Array.from({ length: count }, () => rest.splice(Math.floor(random() * rest.length), 1)[0]);
};

const outputs = {
  "../../src/Aggregator/Counting/Data/bots.json": {
    source: `crawler-user-agents ${version("crawler-user-agents")}, isbot ${version("isbot")}; written by tools/bots`,
    previews: part(previews),
    bots: part(bots),
    patternsIgnoringCase: hints,
    dropped,
  },
  "../../tests/Aggregator.Tests/Counting/Data/crawlers.json": crawlers.flatMap(({ instances = [] }) => instances),
  "../../tests/Aggregator.Tests/Counting/Data/previews.json": named.filter(isPreview).flatMap(({ instances = [] }) => instances),
  "../../tests/Aggregator.Tests/Counting/Data/in-app.json": inApp,
  "../../tests/Aggregator.Tests/Counting/Data/browsers.json": sample(browsers, 3000).map(({ userAgent, deviceCategory, platform }) => ({
    userAgent,
    deviceCategory,
    platform,
  })),
};

const check = process.argv.includes("--check");
for (const [path, content] of Object.entries(outputs)) {
  const text = JSON.stringify(content, null, 1) + "\n";
  if (!check) {
    writeFileSync(new URL(path, import.meta.url), text);
  } else if (read(path) !== text) {
    console.error(`${path} is not what the pinned lists give: run npm run generate`);
    process.exitCode = 1;
  }
}

console.log(`${previews.length} previews, ${bots.length} bots, ${hints.length} hints, ${dropped.length} dropped`);
