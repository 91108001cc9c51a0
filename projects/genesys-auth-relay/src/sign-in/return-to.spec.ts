import { createReturnTo, withResult } from './return-to.ts';

const APP = 'https://app.example.com/desk/';
const { resolve } = createReturnTo(APP, ['https://other.example.com']);

describe('the page to return to', () => {
  it.each([
    ['/', 'https://app.example.com/'],
    ['/deep/link?a=1&b=%2F%2Fx#top', 'https://app.example.com/deep/link?a=1&b=%2F%2Fx#top'],
    ['/%2F%2Fevil.example', 'https://app.example.com/%2F%2Fevil.example'],
    ['/%5Cevil.example', 'https://app.example.com/%5Cevil.example'],
    ['/@evil.example', 'https://app.example.com/@evil.example'],
    ['https://app.example.com/x', 'https://app.example.com/x'],
    ['https://other.example.com/x?y', 'https://other.example.com/x?y']
  ])('may be %s', (text, url) => {
    expect(resolve(text)).toBe(url);
  });

  it.each([
    ['another host', 'https://evil.example/'],
    ['a host without a scheme', '//evil.example'],
    ['a host after a backslash', '/\\evil.example'],
    ['two backslashes', '\\\\evil.example'],
    ['a scheme without slashes', 'https:evil.example'],
    ['a scheme with one slash', 'https:/evil.example'],
    ['three slashes', 'https:///evil.example'],
    ['our host as a user name', 'https://app.example.com@evil.example/'],
    ['a user name', 'https://ann@app.example.com/'],
    ['a password', 'https://:secret@app.example.com/'],
    ['our host as a start', 'https://app.example.com.evil.example/'],
    ['another port', 'https://app.example.com:8443/'],
    ['plain http', 'http://app.example.com/'],
    ['a script', 'javascript:alert(1)'],
    ['a document', 'data:text/html,x'],
    ['a relative path', 'deep/link'],
    ['a space before', ' https://evil.example'],
    ['a tab inside', '/\t/evil.example'],
    ['a line break inside', '/\n/evil.example'],
    ['a control character', '\u0000//evil.example'],
    ['a letter outside ASCII', '/caf\u00e9'],
    ['a full-width slash', '/\uff0fevil.example'],
    ['nothing', ''],
    ['more than 1,024 bytes', `/${'a'.repeat(1024)}`]
  ])('is never %s', (_what, text) => {
    expect(resolve(text)).toBeUndefined();
  });
});

describe('the result in the URL of the page', () => {
  it.each([
    ['https://a.example/', 'https://a.example/?genesys_sign_in=ok'],
    ['https://a.example/x?y=%20+z#top', 'https://a.example/x?y=%20+z&genesys_sign_in=ok#top'],
    ['https://a.example/#a?b', 'https://a.example/?genesys_sign_in=ok#a?b'],
    ['https://a.example/?genesys_sign_in=old&b=1', 'https://a.example/?b=1&genesys_sign_in=ok']
  ])('%s', (page, expected) => {
    expect(withResult(page, { code: 'ok' })).toBe(expected);
  });

  it('names the reason of a failure', () => {
    expect(withResult('https://a.example/', { code: 'sign_in_failed', reason: 'unavailable' })).toBe(
      'https://a.example/?genesys_sign_in=sign_in_failed.unavailable'
    );
  });
});
