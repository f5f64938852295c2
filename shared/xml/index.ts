/** All code that knows XML: a strict reader (whole or streaming), a quick one for plain documents, and a writer. */
export { XmlError } from './error.ts';
export { END, FlatXml, NOT_FLAT, flatNames, unlessNotFlat } from './flat.ts';
export { createXmlReader } from './stream.ts';
export { child, children, readXml, readXmlByChild, textOf } from './tree.ts';
export type * from './types.ts';
export { escapeXml, writeXml } from './write.ts';
export type { WriteOptions } from './write.ts';
