using Signals.Samples.Recommender.Shop;

namespace Signals.Samples.Recommender.Simulation;

/// <summary>
/// A simulated shopper. A visit is about one shelf: a favourite one, or the neighbour of a shelf that was lately bought
/// from. Within it things are looked at, longer when they are liked; some go to the cart, and some of those are bought,
/// after which they are left alone.
/// </summary>
/// <remarks>Thread contract: one thread. What it does depends on its random numbers alone.</remarks>
internal sealed class Shopper(Random random)
{
    private const double ShortestAgeMs = 15 * 60_000.0;
    private const double LongestAgeMs = 14 * 86_400_000.0;

    private readonly int[] _favourites = [random.Next(Catalogue.ShelfCount), random.Next(Catalogue.ShelfCount)];
    private readonly int _style = random.Next(3); // likes every third thing of a shelf
    private readonly HashSet<Item> _bought = [];
    private int _shelf = random.Next(Catalogue.ShelfCount);
    private int _left;
    private Item? _inHand;
    private bool _isInCart;

    /// <summary>Whether the visit is over.</summary>
    public bool IsAway => _left <= 0;

    /// <summary>Comes into the shop again.</summary>
    public void Enter()
    {
        bool isDrawn = _bought.Count > 0 && random.NextDouble() < 0.5;
        _shelf = isDrawn ? Catalogue.NeighbourOf(_bought.Last().Index / Catalogue.ShelfItems)
            : random.NextDouble() < 0.8 ? _favourites[random.Next(2)] : random.Next(Catalogue.ShelfCount);
        _left = 4 + random.Next(10);
        _inHand = null;
    }

    /// <summary>Does the next thing, now.</summary>
    public ShopEvent Act(long nowMs)
    {
        _left--;
        if (_inHand is { } item && Likes(item) && random.NextDouble() < (_isInCart ? 0.6 : 0.35))
        {
            (_inHand, bool wasInCart, _isInCart) = (_isInCart ? null : item, _isInCart, !_isInCart);
            if (wasInCart)
            {
                _bought.Add(item);
            }

            return new ShopEvent(wasInCart ? "purchase" : "cart", nowMs, item, 0);
        }

        (_inHand, _isInCart) = (Pick(), false);
        double dwell = Math.Exp((random.NextDouble() * 1.6) + (Likes(_inHand) ? 2 : 0.2));
        return new ShopEvent("view", nowMs, _inHand, (float)Math.Round(dwell, 1));
    }

    /// <summary>A history: visits over the last two weeks, more of them lately.</summary>
    public List<ShopEvent> PastSessions(int sessions, long nowMs)
    {
        List<ShopEvent> history = [];
        long[] starts = [.. Enumerable.Range(0, sessions).Select(_ => nowMs - PastAge()).Order()];
        foreach (long start in starts)
        {
            Enter();
            long first = Math.Max(start, history.Count > 0 ? history[^1].TimeMs + 60_000 : start);
            for (long time = first; !IsAway; time += random.Next(5_000, 45_000))
            {
                history.Add(Act(time));
            }
        }

        return history;
    }

    private long PastAge() => (long)(ShortestAgeMs * Math.Pow(LongestAgeMs / ShortestAgeMs, random.NextDouble()));

    private bool Likes(Item item) => item.Index % 3 == _style;

    private Item Pick()
    {
        Item[] shelf =
            [.. Catalogue.Items.Skip(_shelf * Catalogue.ShelfItems).Take(Catalogue.ShelfItems).Where(item => !_bought.Contains(item))];
        Item[] liked = [.. shelf.Where(Likes)];
        return random.NextDouble() < 0.1 || shelf.Length == 0 ? Catalogue.Items[random.Next(Catalogue.Items.Count)]
            : liked.Length > 0 && random.NextDouble() < 0.6 ? liked[random.Next(liked.Length)] : shelf[random.Next(shelf.Length)];
    }
}
