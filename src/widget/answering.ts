export {createAnswering} from '../chat/index.ts';
export {createPainter} from './create-painter.ts';
export {ownerLine} from './owner-lines.ts';
