/** The demo did not go as it should; the message says what was waited for and what was there instead. */
export class DemoError extends Error {
  override readonly name = 'DemoError';
}
