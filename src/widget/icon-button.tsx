/** @jsxImportSource . */

/** A button that shows nothing but a line drawing; its label is its name and what is said when it is pointed at. */
export function IconButton(props: {
  label: string;
  /** The drawing, as the path of an SVG of 24 by 24. */
  path: string;
  part?: string;
  class?: string;
  pressed?: boolean;
  expanded?: boolean;
  onClick: (event: MouseEvent) => void;
}) {
  const {label, path, part, pressed, expanded, onClick} = props;
  return (
    <button
      type="button"
      part={part}
      class={props.class ?? 'icon'}
      aria-label={label}
      aria-pressed={pressed}
      aria-expanded={expanded}
      title={label}
      onClick={onClick}
    >
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path d={path} />
      </svg>
    </button>
  );
}
