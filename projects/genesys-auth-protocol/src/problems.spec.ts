import { PROBLEMS } from './index.ts';

describe('problems', () => {
  it.each(Object.entries(PROBLEMS))(
    '%s has an error status, a title and an OAuth error',
    (code, { status, title, error }) => {
      expect(code).toMatch(/^[a-z_]+$/);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(title).not.toBe('');
      expect(error).toMatch(/^[a-z_]+$/);
    }
  );
});
