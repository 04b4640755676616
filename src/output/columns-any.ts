/** For texts of any letters. The build loads this when it is called: its tables take as long to set up as all else that is printed. */
export { default as widthOfAny } from 'string-width'
export { default as wrapAny } from 'wrap-ansi'
