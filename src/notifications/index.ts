/** What the folders above use to tell people of something by the ways that the policy names. */
export {attempt, deliver, type Way} from './deliver.ts'
export {textOf, type Notice, type NoticeDraft} from './notice.ts'
export {noticeOf, tell, type Told} from './tell.ts'
export {queue, type Queued} from './queue.ts'
