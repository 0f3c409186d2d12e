export {createMeasure} from '../chat/index.ts';
