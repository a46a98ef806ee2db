/** Something the person at the keyboard can mend; its message is shown alone, without a stack trace. */
export class StackError extends Error {
  override readonly name: string = 'StackError';
}

/** A tool is missing here and cannot be had, so that what needs it cannot be done at all; nothing of ours is wrong. */
export class ToolMissingError extends StackError {
  override readonly name = 'ToolMissingError';
}
