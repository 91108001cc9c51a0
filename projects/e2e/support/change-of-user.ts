import { DATA_OF_ANN, DATA_OF_BOB, type DeskBrowser, RESTORES, SIGNED_IN, USERS_ME } from './desk-browser.ts';
import { USERS, logIn } from './sign-in-server.ts';

const { bob } = USERS;

/**
 * The tests of sign-out and of a change of user, for one deployment. Chromium needs its back/forward cache.
 *
 * @param current the browser of the running test
 */
export function describeChangeOfUser(current: () => DeskBrowser): void {
  it('signs out in all tabs, and ends the session at Genesys Cloud', async () => {
    const desk = current();
    const { server } = desk;
    const page = await desk.signIn();
    const other = await desk.open();
    await other.locator('#data').waitFor();
    const hold = server.hold(USERS_ME);
    await other.locator('#load').click();
    await hold.arrived();
    await page.locator('#sign-out').click();
    await page.waitForURL(`${server.url}/`);
    await page.locator('#sign-in').waitFor();
    await other.locator('#sign-in').waitFor();
    hold.release();
    expect(await other.locator('#load-error').textContent()).toBe('signed_out');
    expect(await other.locator('#data, #user').count()).toBe(0);
    await page.locator('#sign-in').click();
    await page.locator('#email').waitFor();
  });

  it('a tab shows nothing of the user before when another signs in in another tab', async () => {
    const desk = current();
    const { server } = desk;
    const page = await desk.signIn();
    const other = await desk.open();
    await other.locator('#data').waitFor();
    const hold = server.hold(USERS_ME);
    await page.locator('#load').click();
    await hold.arrived();
    await other.locator('#other-user').click();
    await logIn(other, bob);
    await page.getByText(bob.name).waitFor();
    hold.release();
    await page.locator('#data').waitFor();
    await other.locator('#data').waitFor();
    expect(desk.shownIn(page)).toEqual([...SIGNED_IN, 'loaded', DATA_OF_BOB]);
    expect(desk.shownIn(other)).toEqual(['loaded', DATA_OF_ANN, 'loaded', 'loaded', DATA_OF_BOB]);
  });

  it('a tab that was not notified of another user receives no data', async () => {
    const desk = current();
    const page = await desk.signIn();
    await desk.signInElsewhere(await desk.context.newPage(), bob);
    await page.locator('#load').click();
    await page.getByText(DATA_OF_BOB).waitFor();
    expect(desk.shownIn(page)).toEqual([...SIGNED_IN, 'loaded', DATA_OF_BOB]);
  });

  it('going back after sign-out shows nothing of the user', RESTORES, async () => {
    const desk = current();
    const page = await desk.signIn();
    await page.locator('#sign-out').click();
    await page.waitForURL(`${desk.server.url}/`);
    await page.locator('#sign-in').waitFor();
    await desk.goBack(page, 1);
    await page.getByRole('heading', { name: 'Signed out' }).waitFor();
    await page.locator('#sign-in').waitFor();
    expect(desk.shownInRestored(page)).toEqual([...SIGNED_IN, 'loaded', 'restored', 'loaded']);
    // The desk needs a user, so it starts sign-in again.
    await page.goto(`${desk.server.url}/desk`);
    await page.locator('#email').waitFor();
    expect(desk.shownIn(page).slice(-2)).toEqual(['loaded', 'loaded']);
  });

  it('going back to a page of the user before shows nothing of that user', RESTORES, async () => {
    const desk = current();
    const page = await desk.signIn();
    await desk.signInElsewhere(page, bob);
    const hold = desk.server.hold('/genesys/session');
    await desk.goBack(page, 2);
    await hold.arrived();
    hold.release();
    await page.getByText(DATA_OF_BOB).waitFor();
    expect(desk.shownInRestored(page)).toEqual([...SIGNED_IN, 'loaded', 'loaded', 'restored', 'loaded', DATA_OF_BOB]);
  });

  it('going back shows nothing that the user before had requested', RESTORES, async () => {
    const desk = current();
    const page = await desk.signIn();
    const hold = desk.server.hold(USERS_ME);
    await page.locator('#load').click();
    await hold.arrived();
    await desk.signInElsewhere(page, bob);
    hold.release();
    await desk.goBack(page, 2);
    await page.getByText(DATA_OF_BOB).waitFor();
    expect(desk.shownInRestored(page)).toEqual([...SIGNED_IN, 'loaded', 'loaded', 'restored', 'loaded', DATA_OF_BOB]);
  });
}
