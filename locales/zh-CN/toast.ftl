toast-notices = 通知
toast-undo = 撤消
toast-dismiss = 关闭
