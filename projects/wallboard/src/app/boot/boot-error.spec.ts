import { BoardConfigError } from './board-config';
import { showBootError } from './boot-error';

describe('showBootError', () => {
  beforeEach(() => {
    jest.spyOn(console, 'error').mockReturnValue(undefined);
    document.body.innerHTML = '<wb-root>Starting…</wb-root>';
  });

  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('says what happened and what to do', () => {
    showBootError(new BoardConfigError('No configuration.'), document);
    expect(document.querySelector('[role=alert]')?.textContent).toContain('No configuration.');
    expect(document.body.textContent).toContain('Is the wallboard’s server running?');
    expect(document.body.textContent).not.toContain('Starting');
  });

  it('takes a message for text, whatever it holds', () => {
    showBootError(new Error('<img src=x onerror=alert(1)>'), document);
    expect(document.querySelector('img')).toBeNull();
    expect(document.body.textContent).toContain('<img');
  });

  it('has words for what is no error', () => {
    showBootError('boom', document);
    expect(document.body.textContent).toContain('Something unexpected happened.');
  });
});
