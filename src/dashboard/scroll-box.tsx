import type {ComponentChildren} from 'preact';

/**
 * Draws a box in which a table wider or taller than its place is scrolled, with a finger or with the arrow keys.
 *
 * @param props.label - What is in it; the keyboard stops here.
 * @param props.tall - `bounded` for a table that may be long. Default: as tall as the table.
 */
export function ScrollBox(props: {label: string; tall?: 'bounded'; children: ComponentChildren}) {
  const {label, tall, children} = props;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled must be reachable without a mouse
    <section class={tall ? 'scroll scroll-tall' : 'scroll'} aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
