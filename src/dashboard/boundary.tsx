import type {ComponentChildren} from 'preact';
import {toChildArray} from 'preact';
import {useErrorBoundary} from 'preact/hooks';

/** Draws cards, each for itself: where one cannot be drawn it is said in its place, and the others stay. */
export function Cards({children}: {children: ComponentChildren}) {
  return toChildArray(children).map((card, index) => <Boundary key={index}>{card}</Boundary>);
}

function Boundary({children}: {children: ComponentChildren}) {
  const [error, retry] = useErrorBoundary((caught) => reportError(caught));
  if (error === undefined) return <>{children}</>;
  return (
    <section class="card message" role="alert">
      <p>
        This card cannot be drawn.{' '}
        <button type="button" onClick={retry}>
          Try again
        </button>
      </p>
    </section>
  );
}
