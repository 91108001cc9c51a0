import fc from 'fast-check';
import { RelayProblem } from '../reply/problem.ts';
import { safeText } from '../reply/safe-text.ts';
import { createOriginGuard } from './origin.ts';
import { readForm, readJson } from './token-request-body.ts';

const onlyProblems = (act: () => unknown) => {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(RelayProblem);
    expect((error as RelayProblem).message).toMatch(/^[\x20\x21\x23-\x5B\x5D-\x7E]+$/);
  }
};

describe('input of any shape', () => {
  it('is read or refused as a form', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webQueryParameters()), (text) => {
        onlyProblems(() => readForm(text));
      })
    );
  });

  it('is read or refused as JSON', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        onlyProblems(() => readJson(text));
      })
    );
  });

  it('is harmless in a message', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => /^[\x20\x21\x23-\x5B\x5D-\x7E]*$/.test(safeText(text)))
    );
  });

  it('C1 is an allowed origin only if it is on the list to the character', () => {
    const list = ['https://app.example.com', 'http://localhost:4200'];
    const guard = createOriginGuard(list);
    const near = fc
      .tuple(fc.constantFrom(...list), fc.string({ maxLength: 3 }), fc.boolean())
      .map(([origin, more, before]) => (before ? more + origin : origin + more));
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl(), near), (origin) => {
        const facts = {
          headers: { origin, host: 'relay' },
          count: (name: string) => (name === 'origin' ? 1 : 0),
          peer: '127.0.0.1',
          port: 80,
          encrypted: false
        };
        return (guard.listed(facts) !== undefined) === list.includes(origin);
      })
    );
  });
});
