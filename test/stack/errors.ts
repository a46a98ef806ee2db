/** Something the person at the keyboard can mend; its message is shown alone, without a stack trace. */
export class StackError extends Error {
  override readonly name = 'StackError';
}
