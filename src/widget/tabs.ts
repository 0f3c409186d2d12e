export {createOthers} from '../chat/index.ts';
