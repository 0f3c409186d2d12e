import {type PlotOptions, plot} from '@observablehq/plot';
import {useEffect, useRef, useState} from 'preact/hooks';

/**
 * Draws a plot as wide as its place. Its parts take their colours from the style sheet, so a change of theme needs no
 * new drawing.
 *
 * @param props.options - What to draw at a width in px; a new function means a new drawing.
 * @param props.label - What the drawing shows, for those who do not see it.
 */
export function PlotChart(props: {options: (widthPx: number) => PlotOptions; label: string}) {
  const {options, label} = props;
  const place = useRef<HTMLDivElement>(null);
  const [widthPx, setWidthPx] = useState(0);

  useEffect(() => {
    const box = place.current;
    if (!box) return;
    const observer = new ResizeObserver(([entry]) => setWidthPx(Math.round(entry?.contentRect.width ?? 0)));
    observer.observe(box);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    const box = place.current;
    if (!box || widthPx < 100) return;
    const drawing = plot({...options(widthPx), width: widthPx, className: 'plot'});
    // its own sheet is the one thing a policy without inline styles refuses; dashboard.css has the same rules
    drawing.querySelector('style')?.remove();
    drawing.setAttribute('role', 'img');
    drawing.setAttribute('aria-label', label);
    box.replaceChildren(drawing);
  }, [options, label, widthPx]);

  return <div class="plot-place" ref={place} />;
}
