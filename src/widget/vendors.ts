export {getVendors} from '../chat/index.ts';
