import type {Answer, Chat} from '../chat/index.ts';

/**
 * Draws an answer's text into an element without rendering anything else: the first words as they arrive, later ones
 * once a frame, into one text node.
 *
 * @returns The way to stop.
 */
export function paintAnswer(root: HTMLElement, {chat, answer}: {chat: Chat; answer: Answer}): () => void {
  const node = document.createTextNode(answer.text);
  root.replaceChildren(node);
  let arrived = '';
  let frame = 0;
  const draw = () => {
    cancelAnimationFrame(frame);
    frame = 0;
    node.appendData(arrived);
    arrived = '';
  };
  const stop = chat.onText((id, text) => {
    if (id !== answer.id) return;
    arrived += text;
    // at once: the first words, the end, and on a hidden page, which has no frames
    if (!text || node.data === '' || document.hidden) draw();
    else frame ||= requestAnimationFrame(draw);
  });
  return () => {
    stop();
    cancelAnimationFrame(frame);
  };
}
