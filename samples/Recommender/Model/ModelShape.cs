namespace Signals.Samples.Recommender.Model;

/// <summary>What the model takes. The definition's tensors, the training examples and the exported graph all go by these.</summary>
internal static class ModelShape
{
    public const int Dimensions = 64;

    /// <summary>View, cart, purchase as 0 or 1, dwell, age.</summary>
    public const int Numbers = 5;

    public const int PurchaseNumber = 2;

    public const double DwellUnit = 10;
    public const double MostDwell = 6;
    public const double MostAgeDays = 14;
}
