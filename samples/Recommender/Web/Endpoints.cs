using System.Runtime.CompilerServices;
using Signals.Definitions;
using Signals.Samples.Recommender.Shop;
using Signals.Samples.Recommender.Simulation;

namespace Signals.Samples.Recommender.Web;

/// <summary>What the page calls.</summary>
internal static class Endpoints
{
    public static void MapShop(this WebApplication app, Sample sample)
    {
        ShopperView view = new(sample);
        DefinitionEditor editor = new(sample);

        app.MapGet("/api/shop", () => new { Shoppers = Traffic.Names, Model = sample.Report, Events = ShopSchema.EventTypes });
        app.MapGet("/api/shoppers/{shopper:int}", (int shopper) => IsKnown(shopper) ? Results.Ok(view.Read(shopper)) : Results.NotFound());
        app.MapGet("/api/shoppers/{shopper:int}/live", (int shopper, CancellationToken gone) =>
            IsKnown(shopper) ? TypedResults.ServerSentEvents(Watch(view, shopper, gone)) : Results.NotFound());
        app.MapPost("/api/shoppers/{shopper:int}/{type}/{item}", async (int shopper, string type, ulong item) =>
        {
            if (!IsKnown(shopper) || !ShopSchema.EventTypes.Contains(type) || item - Catalogue.FirstId >= (ulong)Catalogue.Items.Count)
            {
                return Results.NotFound();
            }

            await sample.Traffic.SendAsync(shopper, new ShopEvent(type, sample.Traffic.NowMs(), Catalogue.Find(item), DwellSeconds: 20));
            return Results.Ok(view.Read(shopper));
        });

        app.MapGet("/api/definition", () => Results.Text(editor.Json(), "application/json"));
        app.MapPut("/api/definition", async (HttpRequest request) =>
        {
            using MemoryStream json = new();
            await request.Body.CopyToAsync(json);
            IReadOnlyList<DefinitionError> errors = editor.Apply(json.ToArray());
            return Results.Ok(errors.Select(error => new { error.Path, error.Message }));
        });
        app.MapPost(
            "/api/definition/rollback", () => editor.RollBack() ? Results.Text(editor.Json(), "application/json") : Results.NoContent());
    }

    private static bool IsKnown(int shopper) => (uint)shopper < (uint)Traffic.Names.Count;

    private static async IAsyncEnumerable<object> Watch(ShopperView view, int shopper, [EnumeratorCancellation] CancellationToken gone)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(600));
        do
        {
            yield return view.Read(shopper);
        }
        while (await timer.WaitForNextTickAsync(gone));
    }
}
