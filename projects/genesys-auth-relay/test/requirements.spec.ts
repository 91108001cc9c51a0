import { idsIn, reasons, requirements, specs } from '../requirements/requirements.cjs';

describe('the requirements', () => {
  const known = requirements();
  const tested = new Set(specs(known).flatMap(({ ids }) => ids));
  const excused = reasons();

  it('each have a test that carries its id, or a documented reason', () => {
    expect(known.size).toBeGreaterThan(130);
    expect([...known.keys()].filter((id) => !tested.has(id) && !excused.has(id))).toEqual([]);
  });

  it('have no reason where there is a test, or where there is no requirement', () => {
    expect([...excused.keys()].filter((id) => tested.has(id) || !known.has(id))).toEqual([]);
  });

  it('are found in names as they are written', () => {
    expect(idsIn('S7 F11 4.1.3 a caller B8, O1: 16.2.5')).toEqual(['S7', 'F11', '4.1.3', 'B8', 'O1', '16.2.5']);
    expect(idsIn('ES256 at 127.0.0.1 with T12a, v1.2.3.4 and X-B3-Trace')).toEqual([]);
  });
});
