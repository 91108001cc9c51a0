/** Out of sight for so long, and the page counts as hidden, milliseconds. */
const HIDDEN_MS = 60_000;

/**
 * Tells when the page is out of sight, and when it is seen again or the network is back.
 *
 * @param pauseWhenHidden whether it is told that it is hidden, and after how many milliseconds
 * @returns stops telling
 */
export function whenSeen(
  document: Document,
  pauseWhenHidden: boolean | number,
  told: { seen(): void; hidden(): void }
): () => void {
  const window = document.defaultView;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const changed = (): void => {
    clearTimeout(timer);
    if (document.visibilityState !== 'hidden') told.seen();
    else if (pauseWhenHidden !== false)
      timer = setTimeout(
        () => {
          told.hidden();
        },
        pauseWhenHidden === true ? HIDDEN_MS : pauseWhenHidden
      );
  };
  const online = (): void => {
    if (document.visibilityState !== 'hidden' || pauseWhenHidden === false) told.seen();
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
