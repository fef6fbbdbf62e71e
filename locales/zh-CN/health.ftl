health-saved = 已保存 { $n } 个日期
health-saved-text = 用日历打开 { $name }。以后再次保存并打开，即可更新日期。
health-add-to-calendar = 添加到日历
health-not-read = 无法读取健康状况
health-nothing-title = 还没有需要关注的内容
health-nothing = 连接服务后，此页面会显示当前和今后需要处理的事项。
health-looking = 正在查看所有集成…
health-figure-needs = 需要立即处理
health-figure-troubled = 值得关注
health-figure-connected = 已连接
health-figure-paused = 已暂停
health-by-state = 按状态统计的集成
health-not-connected = 尚未连接。
health-needs-title = 现在需要处理
health-needs-none = 目前没有需要处理的事项。
health-action-of = { $label }：{ $name }
health-more = 以及另外 { $more } 个
row-refreshes = { $when }刷新
row-select = 选择 { $name }
health-refreshes = 接下来的刷新
health-refreshes-none = 没有需要刷新的令牌。
health-now = 现在
health-forecast = 今后需要处理的事项
health-how-far = 提前多久
health-span = { $days } 天
health-forecast-none = 未来 { $days } 天内没有需要处理的事项
health-after-that = 此后 90 天内还有 { $n } 项。
health-renew-themselves = 令牌会自动续期，也没有已知的密钥、证书或登录到期。
health-more-in-file = 以及另外 { $more } 项；日历文件包含全部
health-lapse = 只要 Storm Connect 在运行，因闲置而失效的登录就会保持有效。如果从今天起一直关闭，{ $part } 将最先失效，大约在 { $day }。
forecast-needs_you = 现在需要处理
forecast-when-presumed = 大约{ $when }
forecast-sign_in_ends =
    { $over ->
        [yes] 登录已于{ $when }到期
       *[other] 登录将于{ $when }到期
    }
forecast-sign_in_unused =
    { $over ->
        [yes] 登录因闲置已于{ $when }到期
       *[other] 登录因闲置将于{ $when }到期
    }
forecast-access_ends =
    { $over ->
        [yes] 访问已于{ $when }到期
       *[other] 访问将于{ $when }到期
    }
forecast-key_ends =
    { $method ->
        [service_account] 密钥文件
       *[other] 密钥
    }{ $over ->
        [yes] 已于{ $when }到期
       *[other] 将于{ $when }到期
    }
forecast-client_secret_ends =
    { $over ->
        [yes] 客户端密钥已于{ $when }到期
       *[other] 客户端密钥将于{ $when }到期
    }
forecast-client_secret_ends-several =
    { $over ->
        [yes] 客户端密钥已于{ $when }到期，影响 { $n } 个集成
       *[other] 客户端密钥将于{ $when }到期，影响 { $n } 个集成
    }
forecast-key_gets_old-over =
    { $method ->
        [service_account] 按设定更换密钥文件
       *[other] 按设定更换密钥
    }
forecast-key_gets_old = 自设提醒：{ $when }
