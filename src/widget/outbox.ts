export {openOutbox} from '../chat/index.ts';
