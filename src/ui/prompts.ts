/** What is used of inquirer: its other prompts stay out of the bundle. */
export {confirm, input, select} from '@inquirer/prompts'
