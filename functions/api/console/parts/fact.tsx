import type { ComponentChildren, JSX } from 'preact';

/** One line of a list of facts (`<dl class="facts">`). */
export function Fact({ term, children }: { readonly term: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}
