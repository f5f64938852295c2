// Loads the packages of the serverless CLI from one file, `.build/packages`: their sources, the code that V8 has made of them,
// and the file that each of their `require` calls leads to. In Node's own way their 2,900 modules take 1.1 s of CPU, in this way
// half of that. A process that requires this file first loads them so; all else, a package that has changed since, and
// everything when the file is missing or of another installation, is loaded in Node's own way.
// oxlint-disable no-underscore-dangle -- Node's own names
'use strict';

const { createHash } = require('node:crypto');
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const v8 = require('node:v8');
const vm = require('node:vm');

const ROOT = path.resolve(__dirname, '../../..');
const FILE = path.join(ROOT, '.build', 'packages');
/** With fewer new modules than this, the file is not written again. */
const WORTH_KEEPING = 20;
/** Such a module asks Node for more than `require`, so it is left to Node. */
const IMPORTS = /\bimport\s*\(/;

/** Ends with a separator, so that it begins the path of each package's file. */
const packages = realPath(path.join(ROOT, 'node_modules')) + path.sep;
const circumstances = describeCircumstances();
/** By file: `{ size, mtimeMs, code, text, isWide }`; the last three say where its bytes are. */
let modules = {};
/** By `folder of the caller|request`: a file of a package, or a module of Node. */
let resolved = {};
let bytes = Buffer.alloc(0);
/** By file: what this process has compiled or read, so that it can be run again. */
const loaded = new Map();
const found = {};
let fresh = 0;

function realPath(folder) {
  try {
    return fs.realpathSync(folder);
  } catch {
    return folder;
  }
}

/** Undefined where no installation has finished: then nothing is kept. */
function describeCircumstances() {
  try {
    const lock = fs.readFileSync(path.join(packages, '.package-lock.json'));
    const hash = createHash('sha256').update(lock).digest('hex');
    // V8 refuses what it has made with other flags.
    return [process.version, v8.cachedDataVersionTag(), packages, hash].join(' ');
  } catch {
    return undefined;
  }
}

/** The first four bytes hold the length of the index, and the index that of the rest. */
function read() {
  try {
    const all = fs.readFileSync(FILE);
    const rest = 4 + all.readUInt32LE(0);
    const index = JSON.parse(all.toString('utf8', 4, rest));
    if (index.circumstances !== circumstances || all.length - rest !== index.length) return;
    ({ modules, resolved } = index);
    bytes = all.subarray(rest);
  } catch {
    // Not written yet, or by another version of this file.
  }
}

const sliceOf = ([from, to]) => bytes.subarray(from, to);

/** The script of a file that has not changed since it was kept; undefined: there is none. */
function recall(file, { size, mtimeMs }) {
  const kept = modules[file];
  if (kept === undefined || kept.size !== size || kept.mtimeMs !== mtimeMs) return undefined;
  const text = sliceOf(kept.text).toString(kept.isWide ? 'utf8' : 'latin1');
  const script = new vm.Script(text, { filename: file, cachedData: sliceOf(kept.code) });
  return script.cachedDataRejected ? undefined : { script, text, isNew: false, size, mtimeMs };
}

/** Undefined for a module that is not CommonJS. */
function compile(file, source, { size, mtimeMs }) {
  if (IMPORTS.test(source)) return undefined;
  const text = Module.wrap(source.replace(/^#!.*/, ''));
  try {
    fresh += 1;
    return { script: new vm.Script(text, { filename: file }), text, isNew: true, size, mtimeMs };
  } catch {
    return undefined;
  }
}

function requireOf(caller) {
  const own = (request) => caller.require(request);
  own.resolve = (request, options) => Module._resolveFilename(request, caller, false, options);
  own.resolve.paths = (request) => Module._resolveLookupPaths(request, caller);
  return Object.assign(own, { main: process.mainModule, extensions: Module._extensions, cache: Module._cache });
}

function run(module, file, { script }) {
  const { exports } = module;
  return script.runInThisContext().call(exports, exports, requireOf(module), module, file, path.dirname(file));
}

const loadByNode = Module._extensions['.js'];

function load(module, file) {
  if (!file.startsWith(packages) || !file.endsWith('.js')) return loadByNode(module, file);
  const { size, mtimeMs } = fs.statSync(file);
  const before = loaded.get(file) ?? recall(file, { size, mtimeMs });
  if (before !== undefined && before.size === size && before.mtimeMs === mtimeMs) {
    loaded.set(file, before);
    return run(module, file, before);
  }
  // Node reads the file and says whether it is CommonJS.
  module._compile = function (source, name, format) {
    delete module._compile;
    const made = format === undefined || format === 'commonjs' ? compile(file, source, { size, mtimeMs }) : undefined;
    if (made === undefined) return module._compile(source, name, format);
    loaded.set(file, made);
    return run(module, file, made);
  };
  return loadByNode(module, file);
}

const resolveByNode = Module._resolveFilename;

function resolve(request, caller, isMain, options) {
  const from = caller?.filename;
  if (!from?.startsWith(packages) || options !== undefined || path.isAbsolute(request))
    return resolveByNode.call(this, request, caller, isMain, options);
  const key = `${path.dirname(from)}|${request}`;
  const before = found[key] ?? resolved[key];
  if (before !== undefined) return before;
  const file = resolveByNode.call(this, request, caller, isMain, options);
  if (file.startsWith(packages) || !path.isAbsolute(file)) found[key] = file;
  return file;
}

/** Writes what this process has compiled beside what others have kept. Fails silently: then all is loaded in Node's way. */
function keep() {
  if (circumstances === undefined || fresh < WORTH_KEEPING) return;
  fresh = 0;
  const temporary = `${FILE}.${process.pid}`;
  const parts = [];
  const index = {};
  let at = 0;
  const add = (part) => {
    parts.push(part);
    at += part.length;
    return [at - part.length, at];
  };
  for (const [file, kept] of Object.entries(modules))
    if (loaded.get(file)?.isNew !== true)
      index[file] = { ...kept, code: add(sliceOf(kept.code)), text: add(sliceOf(kept.text)) };
  for (const [file, { script, text, isNew, size, mtimeMs }] of loaded) {
    if (!isNew) continue;
    // eslint-disable-next-line no-control-regex
    const isWide = /[^\u0000-\u00ff]/.test(text);
    const [code, source] = [script.createCachedData(), Buffer.from(text, isWide ? 'utf8' : 'latin1')];
    index[file] = { size, mtimeMs, isWide, code: add(code), text: add(source) };
  }
  const all = { circumstances, length: at, modules: index, resolved: { ...resolved, ...found } };
  const head = Buffer.from(JSON.stringify(all));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  try {
    fs.mkdirSync(path.dirname(FILE), { recursive: true });
    // Another process may read it meanwhile.
    fs.writeFileSync(temporary, Buffer.concat([length, head, ...parts]));
    fs.renameSync(temporary, FILE);
  } catch {
    fs.rmSync(temporary, { force: true });
  }
}

if (circumstances !== undefined) {
  read();
  Module._extensions['.js'] = load;
  Module._resolveFilename = resolve;
  process.once('exit', keep);
}

module.exports = { keep };
