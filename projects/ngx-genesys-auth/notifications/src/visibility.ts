/** The page counts as hidden after this time. */
const HIDDEN_MS = 60_000;

/**
 * Reports when the page is hidden, and when it is visible or the network is available again.
 *
 * @param pauseWhenHidden whether to report that the page is hidden, and after how many milliseconds
 * @returns stops the reports
 */
export function whenSeen(
  document: Document,
  pauseWhenHidden: boolean | number,
  listener: { seen(): void; hidden(): void }
): () => void {
  const window = document.defaultView;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const changed = (): void => {
    clearTimeout(timer);
    if (document.visibilityState !== 'hidden') listener.seen();
    else if (pauseWhenHidden !== false)
      timer = setTimeout(
        () => {
          listener.hidden();
        },
        pauseWhenHidden === true ? HIDDEN_MS : pauseWhenHidden
      );
  };
  const online = (): void => {
    if (document.visibilityState !== 'hidden' || pauseWhenHidden === false) listener.seen();
  };
  document.addEventListener('visibilitychange', changed);
  window?.addEventListener('online', online);
  changed();
  return () => {
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', changed);
    window?.removeEventListener('online', online);
  };
}
