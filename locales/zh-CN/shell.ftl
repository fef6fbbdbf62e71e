tray-opening = 正在打开保险库
tray-need-you = { $n } 个集成需要处理
tray-to-be-replaced = { $n } 个密钥即将需要更换
tray-all-well =
    { $n ->
        [0] 尚未连接任何服务
       *[other] { $n } 个集成，无需处理
    }
tray-unreadable = 无法读取保险库
tray-locked = 保险库已锁定
tray-reconnect = 重新连接 { $name }
tray-more = 另外 { $n } 个…
tray-pause-all = 全部暂停
tray-resume-all = 全部恢复
tray-open = 打开 Storm Connect
tray-quit = 退出
notification-later = 稍后
notification-reconnect = 重新连接
notification-show = 查看
notification-rotate = 轮换
notification-needs-you = { $name } 需要处理
notification-asked-in-vain = { $text }有工具请求未果。
notification-names =
    { $more ->
        [0] { $names }和 { $last }。其余一切照常。
       *[other] { $names }以及另外 { $more } 个。其余一切照常。
    }
notification-separator = 、
notification-minimized-title = Storm Connect 仍在运行
notification-minimized = 此桌面不显示托盘图标，因此窗口已最小化。
need-grant-refused = 服务终止了此连接。请重新登录，已有设置都会保留。
need-interaction-required = 服务要求重新登录，可能是有新条款或需要额外验证。
need-interrupted-crash = 程序退出时刷新被中断。请重新登录以继续。
need-interrupted-sleep = 计算机进入睡眠时刷新被中断。请重新登录以继续。
need-interrupted-network = 网络中断导致刷新未完成。请重新登录以继续。
need-access-ended = 访问已到期，且服务不支持续期。请重新登录。
need-record-damaged = 保险库中的记录已损坏。请重新连接，其他内容不受影响。
need-key-refused = 服务拒绝了其密钥。请更换密钥以继续。
need-other = 服务不再允许访问。请打开 Storm Connect 查看原因。
reminder-last-day-title =
    { $name }：{ $kind ->
        [file] 密钥文件
       *[other] 密钥
    }的最后一天
reminder-last-day = 其{ $kind ->
        [file] 密钥文件
       *[other] 密钥
    }将于 { $moment } 到期。请立即创建新的并轮换，以免中断。
reminder-title =
    { $name }：请尽快更换{ $kind ->
        [file] 密钥文件
       *[other] 密钥
    }
reminder-ends = 其{ $kind ->
        [file] 密钥文件
       *[other] 密钥
    }将于 { $day } 到期。请创建新的并轮换；在此之前旧的仍然有效。
reminder-old = 其{ $kind ->
        [file] 密钥文件
       *[other] 密钥
    }已达到设定的最长使用时间。请创建新的并轮换；旧的仍然有效。
date-day = { $year }年{ $month }月{ $day }日
date-moment = { $date } { $time }
dialog-key-title = 选择一个或多个密钥文件
dialog-key-kind = 密钥文件
dialog-authority-title = 选择证书文件
dialog-authority-kind = 证书
dialog-calendar-title = 保存预报
dialog-calendar-kind = 日历文件
dialog-log-title = 保存活动日志
dialog-log-table-kind = 逗号分隔值
dialog-log-lines-kind = JSON 行
dialog-all-files = 所有文件
calendar-needs-you = { $name } 需要处理
calendar-sign-in = { $name }：登录到期
calendar-key =
    { $name }：{ $kind ->
        [file] 密钥文件
       *[other] 密钥
    }到期
calendar-secret =
    { $n ->
        [0] { $name }：客户端密钥到期
       *[other] { $name } 及另外 { $n } 个集成：客户端密钥到期
    }
calendar-replace =
    { $name }：更换{ $kind ->
        [file] 密钥文件
       *[other] 密钥
    }
calendar-todo-sign-in = 请在此之前重新登录 { $service }：在 Storm Connect 中选择“重新连接”。
calendar-todo-unused = 由于没有刷新，{ $service } 会因闲置将其终止。请在 Storm Connect 中恢复或刷新，或任其到期。
calendar-todo-key = 请在 { $service } 创建新的{ $kind ->
        [file] 密钥文件
       *[other] 密钥
    }，并在旧的到期前于 Storm Connect 中轮换。
calendar-todo-secret = 请在 { $service } 为该应用创建新的客户端密钥，并在 Storm Connect 中轮换。
calendar-todo-old = 已达到设定的最长使用时间。请在 { $service } 创建新的{ $kind ->
        [file] 密钥文件
       *[other] 密钥
    }并轮换。
calendar-known = { $todo }到期时间：{ $moment } UTC。
calendar-presumed = { $todo }到期时间：{ $moment } UTC。这是该服务的已知做法，并非其针对此项的说明。
need-left-behind = 恢复时不含登录。请登录一次以便在此使用。
dialog-new-export-title = 保存导出文件
dialog-export-title = 选择导出文件
dialog-export-kind = Storm Connect 导出文件
dialog-import-title = 选择要导入的文件
dialog-import-kind = 导出文件与设置
dialog-folder-title = 选择要查找的文件夹
dialog-diagnostics-title = 保存诊断信息
dialog-diagnostics-kind = 文本文件
