/** How a version is named and ordered, and how a replica says which version it stands for. */
export * from './marker.ts';
export * from './rank.ts';
export * from './types.ts';
export * from './version.ts';
