namespace Signals.Orleans.Telemetry;

/// <summary>What reasons are called in metrics and in the log. Pure; any thread.</summary>
internal static class PromotionReasons
{
    public static string NameOf(PromotionReason reason) => reason switch
    {
        PromotionReason.Moved => "moved",
        PromotionReason.Failover => "failover",
        _ => "placed",
    };
}
