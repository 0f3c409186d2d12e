import type {KnowledgeEntry} from '../../src/server/index.ts';

/** What a small shop knows, for tests. */
export const SHOP: readonly KnowledgeEntry[] = [
  {
    id: 'shipping',
    topic: 'shipping',
    title: 'Shipping times and costs',
    url: 'https://shop.test/shipping',
    text: 'Orders placed before 2 p.m. ship the same day. Standard delivery takes 2 to 4 working days and costs 4.90 euros. Delivery is free from 50 euros. Express delivery arrives the next working day for 9.90 euros.',
  },
  {
    id: 'abroad',
    topic: 'shipping',
    title: 'Delivery abroad',
    url: 'https://shop.test/shipping#abroad',
    text: 'We deliver to Austria, Switzerland and all countries of the European Union. Deliveries to Switzerland take 5 to 7 working days, customs included.',
  },
  {
    id: 'returns',
    topic: 'returns',
    title: 'Returns',
    url: 'https://shop.test/returns',
    text: 'You can send back anything unworn within 30 days. The return label is in the parcel and free. We refund the money within 5 days after the parcel has reached us.',
  },
  {
    id: 'order-status',
    topic: 'order-status',
    title: 'Where is my order?',
    url: 'https://shop.test/orders',
    text: 'The mail that confirms dispatch has a link to follow your parcel. In your account, under Orders, you see the status of every order.',
  },
  {
    id: 'cancel',
    topic: 'cancellation',
    title: 'Cancel or change an order',
    text: 'You can cancel an order or change its address in your account until it is packed, usually for one hour.',
  },
  {
    id: 'payment',
    topic: 'payment',
    title: 'Ways to pay',
    url: 'https://shop.test/payment',
    text: 'We take Visa, Mastercard, PayPal, Klarna and bank transfer. Invoices are for business customers only.',
  },
  {
    id: 'sizes',
    topic: 'sizes',
    title: 'Finding your size',
    url: 'https://shop.test/sizes',
    text: 'Our shoes fit true to size. Between two sizes take the larger one. The table on each product page gives the length in centimetres.',
  },
  {
    id: 'warranty',
    topic: 'warranty',
    title: 'Warranty and repairs',
    text: 'Every bag has a warranty of 5 years. If a seam or zip breaks, we repair it or replace the bag.',
  },
  {
    id: 'discount',
    topic: 'discounts',
    title: 'Voucher codes',
    text: 'Enter a voucher code in the basket. One code works per order. Students get 10 percent with a valid card.',
  },
  {
    id: 'contact',
    topic: 'contact',
    title: 'Talk to a person',
    url: 'https://shop.test/contact',
    text: 'Our team answers by phone and email on working days from 9 to 17.',
  },
];
