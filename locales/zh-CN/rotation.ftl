rotation-start-secret = 轮换客户端密钥
rotation-start-key = 轮换密钥
rotation-now-secret = 正在轮换客户端密钥
rotation-now-key = 正在轮换密钥
rotation-done-secret = 客户端密钥已轮换
rotation-done-key = 密钥已轮换
rotation-rehearse-title = 演练轮换
rotation-rehearsed = 轮换演练已完成
rotation-rehearsing = 正在演练轮换
rotation-going-back = 正在恢复旧密钥
rotation-resumes = 重启后会自动继续
rotation-rehearse = 演练
rotation-again = 再次轮换
rotation-rotate = 轮换
rotation-shared = { $names } 使用相同的应用注册，将与此集成一起切换。
rotation-line-done = ，已完成
rotation-rehearsal-over = 演练已完成。
rotation-over = 轮换已完成。
rotation-explained-secret = 新密钥会与旧密钥并存保存，在不影响登录的情况下试用，之后才启用。在 { $service } 停用旧密钥之前，它一直有效，且可以撤消。
rotation-explained-key = 新密钥会与旧密钥并存保存，经试用后才启用。停用旧密钥之前，它一直有效，且可以撤消。演练与此相同，但不切换：新密钥经试用和比较后会被删除。
rotation-lent = 近期提供给：{ $part }。切换后将提供新密钥。手动复制过旧密钥的地方，请自行换成新的。
rotation-lent-drill = 近期提供给：{ $part }。它们不会受到影响。
rotation-borrower = { $tool }（{ $when }）
rotation-mint-drill =
    { $service } 会创建新的{ $noun ->
        [file] 密钥文件
        [secret] 客户端密钥
       *[other] 密钥
    }，经试用并与当前的比较后再删除。
rotation-mint-explained =
    { $service } 会创建新的{ $noun ->
        [file] 密钥文件
        [secret] 客户端密钥
       *[other] 密钥
    }。经试用后切换到它，随后停用旧的，稍后删除。删除之前都可以撤消。
rotation-mint-rehearse = 用新密钥演练
rotation-mint = 自动创建新密钥
rotation-or-bring = 或自行提供
rotation-make-new = 在 { $service } 创建新的{ $noun ->
        [file] 密钥文件
        [secret] 客户端密钥
       *[other] 密钥
    }，旧的保持不变。
rotation-open-apps = 打开应用页面
rotation-new-secret = 新客户端密钥
rotation-new-secret-help = 如果应用以私钥证明身份，也可以是 PEM 格式的私钥。
rotation-new-key = 新密钥
rotation-try-and-delete = 试用并删除
rotation-save-beside = 与旧密钥并存保存
hint-damaged = 已损坏
hint-private-key = 一个私钥
hint-tokens = 可续期的令牌
hint-access-token = 一个访问令牌
hint-new-key = 新密钥
step-have-made = 由 { $service } 创建新密钥
step-asking = 正在请求…
step-made-unknown-title = 不清楚 { $service } 是否已创建新密钥
step-made-unknown = 如已创建，下次尝试会先在那里将其删除。
step-made-by = { $service } 已创建新密钥，并与旧密钥并存保存
step-saved = 新密钥已与旧密钥并存保存
step-delete-new = 删除新密钥
step-leave = 保留在 { $service }
step-delete-by-page = 请在 { $service } 的页面上删除 { $hint }，然后在此确认。
step-i-deleted = 已删除
step-open-page-again = 重新打开页面
step-asking-delete = 正在请求 { $service } 删除 { $hint }…
step-not-deleted = { $service } 未删除新密钥
step-old-in-use = 旧密钥仍在使用，与之前一样。
step-new-deleted = 新密钥已删除
step-old-stays = 旧密钥始终保持使用。
step-new-left = 新密钥保持原样
step-chose-not-to-wait = 已选择不等待其终止。
step-new-dead = 已确认新密钥失效
step-refuses-it = { $service } 已拒绝它。
step-prove-new = 确认新密钥已失效
step-until-refused = 会不断尝试，直到 { $service } 拒绝它。
step-still-accepted = { $service } 仍接受了它 { $n } 次。
step-do-not-wait = 不再等待
step-tried-once-more = 会再尝试一次，{ $service } 必须拒绝它。
drill-failed = 新密钥不可用，用它轮换会在此终止。旧密钥始终保持使用。
drill-less = 它的权限较少：{ $limit }
drill-same-rights = 权限相同。
drill-worked-same = 新密钥可用，且属于同一账号。
drill-would-go-through = 轮换可以顺利完成。
drill-worked-unknown = 新密钥可用；服务未说明其所属账号。
drill-would-ask = 轮换会在切换前询问。
drill-worked-different = 新密钥可用，但属于 { $new }，而旧密钥属于 { $old }。
step-hint = { $hint }。
step-secret-still-used = 旧密钥仍在使用。
step-key-still-used = 工具仍在使用旧密钥。
step-try = 试用新密钥
step-asking-works = 正在询问 { $service } 是否可用…
step-works-same = 新密钥可用，且属于同一账号
step-works = 新密钥可用
step-whose-unknown = { $service } 未说明其所属账号。
step-works-other = 新密钥可用，但属于另一个账号
step-belong = 旧密钥属于 { $old }，新密钥属于 { $new }。
step-accepted = { $service } 已接受。
step-secret-refused = { $service } 拒绝了该密钥
step-answered = 其响应：{ $reason }。
step-secret-unknown = 尚不清楚新密钥是否可用
step-switch-to = 切换到新密钥
step-switched = 已切换
step-every-integration = 此后，使用此应用注册的所有集成都会使用新密钥。
step-switch = 切换
step-tools-now = 工具从现在起获得新密钥。
step-tools-then = 此后工具将获得新密钥。
step-check-account = 请在 { $service } 确认它属于正确的账号。
step-switch-other = 切换到另一个账号？
step-would-see = 工具将看到 { $account } 的数据。如果这不是所希望的，请撤消。
step-switch-anyway = 仍要切换
hint-old-secret = 旧密钥（{ $hint }）
step-turn-off = 停用旧密钥
step-not-turned-off = { $service } 未停用旧密钥
step-until-then-works = 在此之前，{ $old } 在那里仍然有效。
step-i-turned-off-myself = 已自行停用
step-switch-off = 关闭旧密钥
step-asking-refuse = 待已借用者用完后，将请求 { $service } 拒绝 { $old }。它稍后才会删除，在此之前可撤消恢复。
step-refuses-now = { $service } 现已拒绝 { $old }。
step-not-yet-refuses = { $service } 尚未拒绝 { $old }。
step-switched-off = 旧密钥已关闭
step-deleted-in-a-moment = 稍后将永久删除，在此之前可撤消恢复。
step-delete-now = 立即删除
step-then-asked = 随后将请求 { $service } 停用它。
step-then-page = 随后将打开 { $service } 的页面，在那里停用它。
step-waiting-title = 正在等待可能仍在使用旧密钥的工具
step-waiting = 切换前借用了 { $old } 的工具还有片刻时间完成工作。
step-asking-turn-off = 正在请求 { $service } 停用 { $old }…
step-i-turned-off = 已停用
step-by-api = Storm Connect 会在 { $service } 停用 { $old }。在此之前可撤消恢复。
step-by-page = { $service } 只允许手动删除 { $old }；将打开其页面。在此之前可撤消恢复。
step-open-page = 打开 { $service } 的页面
step-undo-until = 在此之前可撤消恢复。
step-turned-off = 旧密钥已停用
step-confirmed = { $service } 已确认。
step-you-turned-off = 已手动停用。
step-gone = 旧密钥已移除
step-your-word = { $service } 未说明是否拒绝它，以手动确认为准。
step-dead = 已确认旧密钥失效
step-prove = 确认旧密钥已失效
