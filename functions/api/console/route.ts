import { useEffect, useState } from 'preact/hooks';

/** A location in the page: `#/object?key=a.jpg`. */
export interface Route {
  /** `object`, `rules/new`; initially ''. */
  readonly name: string;
  readonly query: URLSearchParams;
}

function readRoute(hash: string): Route {
  const [name = '', query = ''] = hash.replace(/^#\/?/, '').split(/\?(.*)/s);
  return { name, query: new URLSearchParams(query) };
}

/** The address of a screen, for links that can be opened in another tab, kept and passed on. */
export function hrefOf(name: string, query: Readonly<Record<string, string>> = {}): string {
  const text = new URLSearchParams(query).toString();
  return `#/${name}${text === '' ? '' : `?${text}`}`;
}

export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = () => setHash(location.hash);
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return readRoute(hash);
}

export function go(name: string, query: Readonly<Record<string, string>> = {}): void {
  location.hash = hrefOf(name, query);
}
