status-connected = 已连接
status-limited = 受限
status-scopes-missing = 缺少 { $n } 项权限
status-scopes-missing-detail = 可用，但缺少 { $scopes }。
status-replace-soon = 即将需要更换
status-replace-soon-old = { $when }保存，已达到设定的最长使用时间。
status-replace-soon-ended = 已于{ $when }到期。
status-replace-soon-ends = 将于{ $when }到期。
status-needs-you = 需要处理
status-since = 始于{ $when }。
status-app-refused = 应用被拒绝
status-retrying = 重试中
status-tried-again = { $when }再次尝试。
status-not-verified = 未验证
status-paused = 已暂停
status-connecting = 连接中
status-waiting-for-browser = 正在等待浏览器。
status-not-connected = 未连接
trouble-dns = 找不到其主机名。
trouble-connection = 连接中断。
trouble-tls = 其证书未被接受。
trouble-timeout = 未及时响应。
trouble-too_large = 响应过大，不可能是令牌。
trouble-redirected = 服务重定向到了另一个地址，已拒绝跟随。
trouble-service_busy = 服务繁忙。
trouble-not_an_answer = 响应来自其他来源，例如代理或网络的登录页面。
trouble-unusable_token = 最近一次响应无法使用。
trouble-id_token_refused = 最近一次响应附带的 ID 令牌无效，因此未被采用。
trouble-client_key = 应用注册的密钥或证书无法使用。
trouble-registration = 服务拒绝了应用注册。令牌已保留。
trouble-request = 服务拒绝了请求。
trouble-vault = 保险库无法写入，因此不会发送任何内容。
method-api_key = API 密钥
method-oauth = OAuth 2.0
method-service_account = 服务账号
sign-refreshed = { $when }刷新
sign-verified = { $when }验证
sign-none = 尚未验证
verdict-works-as = 以 { $account } 身份可用
verdict-works = 可用
verdict-accepted =
    { $service } 已接受该{ $method ->
        [oauth] 登录
        [service_account] 密钥文件
       *[other] 密钥
    }。
verdict-accepted-unknown =
    { $service } 已接受该{ $method ->
        [oauth] 登录
        [service_account] 密钥文件
       *[other] 密钥
    }，但未说明其所属账号。
verdict-fine-without = 如果用不到，则无妨。
verdict-limit = 服务不允许：{ $missing }。
verdict-refused =
    { $service } 拒绝了该{ $method ->
        [oauth] 登录
        [service_account] 密钥文件
       *[other] 密钥
    }
verdict-could-not-reach = 无法连接到 { $service }
verdict-not-known-yet = 该{ $method ->
        [oauth] 登录
        [service_account] 密钥文件
       *[other] 密钥
    }已保存，尚不清楚是否可用。
primary-reconnect = 重新连接
primary-replace =
    { $method ->
        [service_account] 更换密钥文件
       *[other] 更换密钥
    }
primary-rotate =
    { $method ->
        [service_account] 轮换密钥文件
       *[other] 轮换密钥
    }
primary-resume = 恢复
primary-verify = 立即验证
reason-grant_refused-title = { $service } 于{ $when }终止了此连接
reason-grant_refused = 服务不再接受此登录，可能是密码已更改，或访问权限已在服务端被移除。已有设置不会丢失；{ $as ->
        [none] 请以同一账号重新登录
       *[other] 请以 { $account } 重新登录
    }。
reason-interaction_required-title = { $service } 要求重新登录
reason-interaction_required = 服务要求重新同意或进一步验证。已有设置不会丢失；{ $as ->
        [none] 请以同一账号重新登录
       *[other] 请以 { $account } 重新登录
    }。
reason-refresh_interrupted-title = { $when }的刷新被中断
reason-refresh_interrupted =
    { $by ->
        [crash] 由于 Storm Connect 已退出
        [sleep] 由于计算机进入睡眠
       *[other] 由于网络中断
    }，刷新未能完成，{ $service } 也不再接受之前的令牌。已有设置不会丢失；{ $as ->
        [none] 请以同一账号重新登录
       *[other] 请以 { $account } 重新登录
    }。
reason-access_token_ended-title = 对 { $service } 的访问已到期
reason-access_token_ended = 此服务不提供用于续期的令牌。已有设置不会丢失；{ $as ->
        [none] 请以同一账号重新登录
       *[other] 请以 { $account } 重新登录
    }。
reason-record_damaged-title = 保险库中的记录已损坏
reason-record_damaged-oauth = 未向 { $service } 发出请求，其他集成不受影响。没有删除任何内容；{ $as ->
        [none] 请以同一账号重新登录
       *[other] 请以 { $account } 重新登录
    }。
reason-record_damaged-key = 未向 { $service } 发出请求，其他集成不受影响。没有删除任何内容；{ $method ->
        [service_account] 请再次选择其密钥文件
       *[other] 请再次粘贴其密钥
    }。
reason-key_refused-title =
    { $service } 于{ $when }拒绝了{ $method ->
        [service_account] 密钥文件
       *[other] 密钥
    }
reason-key_refused = 它已在服务端被撤销、替换或到期。已有设置不会丢失；请在 { $service } 创建新的{ $method ->
        [service_account] 密钥文件
       *[other] 密钥
    }并在此处更换。
account-other-title = 登录的是另一个账号
account-other = { $name } 属于 { $expected }，而登录的是 { $got }。尚未作任何更改。
account-unknown-title = 无法确认登录者身份
account-unknown = { $name } 属于 { $expected }，而服务未说明登录者是谁。尚未作任何更改。
account-replace-other = { $name } 从现在起属于 { $got }。使用它的工具将获得该账号的数据。
account-replace-unknown = { $name } 从现在起属于登录的账号。使用它的工具将获得该账号的数据。
account-keep-both-other = { $got } 将成为单独的集成。{ $name } 保持不变。
account-keep-both-unknown = 新的登录将成为单独的集成。{ $name } 保持不变。
account-cancel-other = 新的登录将被丢弃；如果不影响其他内容，也会在服务端终止。{ $name } 保持不变。
account-cancel-unknown = 新的登录将被丢弃。{ $name } 保持不变。
account-added-title = 已添加“{ $name }”
account-added = “{ $kept }”保持不变。
account-connected-as = 已以 { $account } 身份连接
account-old-unused = 不再使用旧账号的令牌。
account-nothing-changed = 未作任何更改
account-declined-revoked =
    { $whose ->
        [none] 新的登录
       *[other] { $account } 的访问权限
    }已在服务端终止。
account-declined-pending =
    { $whose ->
        [none] 新的登录
       *[other] { $account } 的访问权限
    }仍待在服务端终止，参见“活动”。
account-declined-forgotten =
    { $whose ->
        [none] 新的登录
       *[other] { $account } 的访问权限
    }已在此处丢弃。
told-verified = { $name }：{ $verdict }
told-refreshed = { $name } 已刷新
told-paused = { $name } 已暂停
told-resumed = { $name } 已恢复运行
told-back = { $name } 已恢复
original-moved-title = 已移至回收站
original-moved = 在清空回收站之前，仍可将其恢复，使用此账户的其他人也可以。
original-gone-title = 文件已不存在
original-gone = 没有可移动的内容。
original-kept-title = 文件保留在原处
original-still-title = 密钥仍存在于文件中
original-still = { $files } 已不再需要。任何能读取它的人都能得到密钥。
original-two-files = { $first } 和 { $second }
backup-sentence = 最近的完好副本来自 { $when }，含 { $n } 个集成。被替换的内容会保留在旁边。
fact-account = 账号
fact-project = 项目
fact-access_key_id = 访问密钥 ID
fact-key_id = 密钥 ID
fact-client_id = 客户端 ID
fact-app = 应用
fact-subject = 颁发给
fact-user = 用户
fact-profile = 配置文件
fact-algorithm = 密钥
fact-fingerprint = 指纹
fact-authority = 证书颁发机构
fact-authority-own = { $name }，仅在此集成中受信任
fact-certificate = 证书
fact-line-access_key_id = 访问密钥 ID { $id }
fact-line-key_id = 密钥 ID { $id }
fact-line-client_id = 客户端 ID { $id }
fact-line-fingerprint = 指纹 { $id }
certificate-not_yet = 自 { $day } 起有效。如果该日期已过，说明此计算机的时钟偏慢。
certificate-current = 有效期至 { $day }
certificate-ends_soon = 将于{ $when }（{ $day }）到期。请尽快申请新证书。
certificate-ended = 已于{ $when }到期。服务可能会拒绝它。
drop-one-only = 此处只能使用一个文件，而这里有多个。请只拖入所需的那个；未采用任何文件。
status-moved-away = 已迁出
status-moved-away-when = 登录已于{ $when }迁至另一台计算机。
status-unproved = 未启用
status-unproved-when = 恢复于{ $when }；服务尚未在此接受它。
reason-sign_in_left_behind-title = 恢复时不含登录
reason-sign_in_left_behind = 登录仍留在导出文件所来自的计算机上。其余内容都已恢复；{ $as ->
        [none] 请以同一账号登录一次
       *[other] 请以 { $account } 登录一次
    }。
drop-export-alone = 导出文件须单独恢复。请只拖入它；这些文件均未采用。
drop-export-later = 请先完成已打开的对话框，再拖入导出文件。
