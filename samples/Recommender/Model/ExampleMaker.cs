using Signals.Samples.Recommender.Shop;
using Signals.Samples.Recommender.Simulation;

namespace Signals.Samples.Recommender.Model;

/// <summary>Cuts a shopper's history into examples: at each event, what a read of the feed just before it would have served.</summary>
internal static class ExampleMaker
{
    private const int FewestRows = 4;
    private const int MostRows = 32;
    private const float ShortestDwell = 2;

    public static IEnumerable<Example> Cut(IReadOnlyList<ShopEvent> history)
    {
        for (int next = 1; next < history.Count; next++)
        {
            int[] rows = [.. Enumerable.Range(1, next).Select(back => next - back)
                .Where(i => history[i].Type != "view" || history[i].DwellSeconds >= ShortestDwell).Take(MostRows)];
            if (rows.Length >= FewestRows && history[next].Item != history[next - 1].Item)
            {
                yield return new Example(
                    [.. rows.Select(i => history[i].Item.Index)],
                    [.. rows.SelectMany(i => Numbers(history[i], history[next].TimeMs))],
                    history[next].Item.Index);
            }
        }
    }

    private static IEnumerable<float> Numbers(ShopEvent happened, long nowMs)
    {
        foreach (string type in ShopSchema.EventTypes)
        {
            yield return happened.Type == type ? 1 : 0;
        }

        yield return (float)Math.Min(happened.DwellSeconds / ModelShape.DwellUnit, ModelShape.MostDwell);
        yield return (float)Math.Clamp((nowMs - happened.TimeMs) / 86_400_000.0, 0, ModelShape.MostAgeDays);
    }
}
