/** What one step of streaming did to what is on the screen. */
export interface Change {
  /** Elements that were there and are gone; those that were only moved do not count. */
  removedElementCount: number;
  /** Characters that were shown and are no longer, or no longer where they were among the others. */
  takenBackCharacterCount: number;
  /** Nodes that were changed, or whose children were. */
  targets: Node[];
}

/** Watches an element that is being rendered into. */
export function watchChanges(root: HTMLElement): {step(): Change; stop(): void} {
  const observer = new MutationObserver(() => undefined);
  observer.observe(root, {subtree: true, childList: true, characterData: true, attributes: true});
  let shown = root.textContent ?? '';
  return {
    step() {
      const records = observer.takeRecords();
      const gone = new Set<Element>();
      for (const {removedNodes} of records) {
        for (const node of removedNodes) {
          if (!(node instanceof Element)) continue;
          for (const element of [node, ...node.querySelectorAll('*')]) if (!root.contains(element)) gone.add(element);
        }
      }
      const added = records.flatMap(({addedNodes}) => [...addedNodes]);
      // what came and went within the step was never painted
      for (const node of added) if (node instanceof Element && !root.contains(node)) gone.delete(node);
      const before = shown;
      shown = root.textContent ?? '';
      return {
        removedElementCount: gone.size,
        takenBackCharacterCount: countTakenBack(before, shown),
        targets: records.map(({target}) => target),
      };
    },
    stop: () => observer.disconnect(),
  };
}

function countTakenBack(before: string, after: string): number {
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  let end = 0;
  const most = Math.min(before.length, after.length) - start;
  while (end < most && before.at(-1 - end) === after.at(-1 - end)) end++;
  return before.length - start - end;
}
