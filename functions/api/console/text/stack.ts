export const stackTexts = {
  'object.step.stacks': ['Both sides, newest first', '两端的版本，最新在前'],
  'stack.source': ['{bucket} (source)', '{bucket}（源）'],
  'stack.current': ['Current', '当前'],
  'stack.version': ['Version', '版本'],
  'stack.marker': ['Delete marker', '删除标记'],
  'stack.foreign': ['no replica of this source: written by somebody else', '不是此源的副本，由他人写入'],
  'stack.look': ['Look at this one', '查看此版本'],
  'stack.more': ['Older versions are not shown.', '更早的版本未显示。'],
  'stack.empty': ['Nothing is there.', '没有内容。'],
} as const;
