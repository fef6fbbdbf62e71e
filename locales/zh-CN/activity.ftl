activity-search-label = 搜索活动
activity-search = 搜索
activity-integration = 集成
activity-all-integrations = 全部集成
activity-time = 时间
activity-period-all = 全部时间
activity-period-today = 今天
activity-period-week = 最近 7 天
activity-period-month = 最近 30 天
activity-topic = 类型
activity-everything = 全部
activity-topic-sign_in = 登录
activity-topic-refresh = 刷新
activity-topic-verification = 验证
activity-topic-rotation = 轮换
activity-topic-lending = 提供给工具
activity-topic-removal = 移除
activity-topic-trouble = 问题
activity-topic-settings = 设置
activity-saved = { $name } 已保存
activity-saved-text = 共 { $n } 条记录，与当前筛选一致。
activity-shown = { $n } 条记录
activity-shown-more = { $n } 条记录，还有更多
activity-reading = 正在读取日志…
activity-none-fits = 日志中没有符合条件的记录。
activity-show-everything = 显示全部
activity-none = 尚无任何活动。
activity-none-text = 登录、刷新、轮换以及提供给工具的访问都会记录在此。密钥和令牌绝不会被记录。
activity-not-read = 无法读取日志
activity-show-older = 显示更早的记录
activity-end-fits = 以上为全部符合条件的记录。
activity-end = 以上为全部记录。
activity-save-csv = 保存为 CSV…
activity-save-json = 保存为 JSON…
log-checking = 正在检查日志是否被更改…
log-intact = 完好：
log-intact-checked = { $n } 条记录，{ $part }检查
log-check-again = 重新检查
log-broken-title = 日志在 Storm Connect 之外被更改
log-broken = 第 { $n } 条记录与之前的记录不衔接：某个能写入数据文件夹的程序更改、移除或插入了记录。此前的记录保持原样；从该处起，请勿依赖此日志。凭据与日志分开加密。请查明是什么写入了那里；“backups”文件夹中的副本可能还保存着原来的日志。
log-not-checked = 无法检查日志
did-added = 已添加
did-connected-as = 已以 { $account } 身份连接
did-connected = 已连接
did-authorization_failed = 授权已结束，但未登录：{ $reason }
did-refreshed = 令牌已刷新
did-refresh_postponed = 刷新暂未成功。
did-reconnect-grant_refused = 服务终止了连接，需要重新连接
did-reconnect-interaction_required = 服务要求重新登录
did-reconnect-refresh_interrupted = 刷新被中断，需要重新连接
did-reconnect-access_token_ended = 访问已到期，需要重新连接
did-reconnect-key_refused = 服务拒绝了密钥，需要更换
did-reconnect-record_damaged = 保险库中的记录已损坏，需要重新连接
did-refresh_recovered = 已找回并采用一次被中断的刷新的响应
did-verified-works-as = 验证结果：以 { $account } 身份可用
did-verified-works = 验证结果：可用
did-verified-works_without = 验证结果：可用。
did-verified-refused = 验证结果：被拒绝。
did-verified-could_not_reach = 验证结果：无法连接。
did-renamed = 已重命名，原名称为 { $name }
did-paused = 已暂停
did-resumed = 已恢复运行
did-lending-on = 已开启对其他工具的外借
did-lending-off = 已关闭对其他工具的外借
did-lent = 已将访问权限提供给 { $consumer }
did-rotated-minted =
    { $noun ->
        [secret] 服务已创建新的客户端密钥，并与旧密钥并存保存
       *[other] 服务已创建新密钥，并与旧密钥并存保存
    }
did-rotated-staged =
    { $noun ->
        [secret] 新的客户端密钥已与旧密钥并存保存
       *[other] 新密钥已与旧密钥并存保存
    }
did-rotated-verified =
    { $noun ->
        [secret] 新的客户端密钥可用
       *[other] 新密钥可用
    }
did-rotated-switched =
    { $noun ->
        [secret] 已切换到新的客户端密钥
       *[other] 已切换到新密钥
    }
did-rotated-went_back =
    { $noun ->
        [secret] 服务拒绝了新的客户端密钥，因此恢复使用旧密钥
       *[other] 服务拒绝了新密钥，因此恢复使用旧密钥
    }
did-rotated-deactivated =
    { $noun ->
        [secret] 旧的客户端密钥已关闭，可以重新开启
       *[other] 旧密钥已关闭，可以重新开启
    }
did-rotated-revoked =
    { $noun ->
        [secret] 旧的客户端密钥已停用
       *[other] 旧密钥已停用
    }
did-rotated-proved_dead =
    { $noun ->
        [secret] 服务拒绝旧的客户端密钥
       *[other] 服务拒绝旧密钥
    }
did-rotation-undone = 轮换已撤消
did-rotated-rehearsed =
    { $noun ->
        [secret] 已演练轮换：新的客户端密钥经试用后已删除
       *[other] 已演练轮换：新密钥经试用后已删除
    }
did-rotated-untold =
    { $noun ->
        [secret] 无法演练轮换：服务不会在使用之前说明新的客户端密钥是否可用，因此未使用就已将其删除
       *[other] 无法演练轮换：服务不会在使用之前说明新密钥是否可用，因此未使用就已将其删除
    }
did-revoked = 已在服务端撤销
did-revoke_failed = 在服务端撤销未成功：{ $reason }
did-revocation_given_up = 多次尝试后已放弃在服务端撤销；请在服务的页面上终止它。
did-revocation_forgotten = 撤销留待手动完成；凭据已在此处清除
did-disconnected = 已从此计算机移除
did-restored = 已恢复
did-protection-recovery_code_shown = 显示了新的恢复代码
did-protection-recovery_code_set = 恢复代码从现在起可打开保险库
did-protection-recovery_code_removed = 恢复代码已移除
did-protection-recovery_code_used = 已用恢复代码打开保险库
did-protection-passphrase_set = 口令从现在起可打开保险库
did-protection-passphrase_removed = 口令已移除
did-protection-put_into_keyring = 保险库的密钥已放入密钥环
did-protection-taken_from_keyring = 保险库的密钥已从密钥环移出
did-protection-master_key_changed = 主密钥已更改
did-network-proxy = 从现在起使用代理 { $proxy }
did-network-no-proxy = 不再使用自定义代理
did-network-authorities_trusted = 已信任证书颁发机构 { $names }
did-network-authorities_removed = 仅信任系统的证书颁发机构
did-odd_answer = 服务发来了异常的响应：{ $what }
did-unreadable = 此记录无法读取：它已被覆盖，或由更新版本的 Storm Connect 写入
did-reconnect-sign_in_left_behind = 恢复时不含登录；需要在此登录一次
did-exported-moved = 已写入密封导出文件；登录随之迁出
did-exported = 已写入密封导出文件
did-export_withdrawn = 导出文件未写成，登录仍在此使用
did-imported = 已从密封导出文件恢复
did-switched_on = 服务已在此接受它，因此已启用
did-taken_back = 登录已取回，并重新在此使用
