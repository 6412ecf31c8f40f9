using System.Globalization;
using System.Text;
using System.Text.Json;
using Signals.Samples.Recommender.Model;
using Signals.Samples.Recommender.Simulation;

namespace Signals.Samples.Recommender.Web;

/// <summary>
/// Calls the running sample as a page would and compares the graph's scores with plain loops. What does not hold is an exception.
/// </summary>
internal static class SelfTest
{
    private const float Tolerance = 1e-4f;

    public static async Task<int> RunAsync(WebApplication app, Sample sample)
    {
        app.Urls.Add("http://127.0.0.1:0");
        await app.StartAsync();
        using HttpClient client = new() { BaseAddress = new Uri(app.Urls.First()) };
        Check(
            (await client.GetStringAsync(new Uri("/", UriKind.Relative))).Contains("/app.js", StringComparison.Ordinal),
            "the page is served");
        Check(sample.Report.HitRate > 1.5 * sample.Report.PopularHitRate, "the model is better than what is popular");
        await StreamAsync(client, sample);
        CompareModels(sample);
        await BuyAsync(client, sample);
        await EditAsync(client);
        await app.StopAsync();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"self-test passed: next item in the first ten: {sample.Report.HitRate:P1} of held-out cases, "
                + $"popular items {sample.Report.PopularHitRate:P1}"));
        return 0;
    }

    /// <summary>Reads from the live stream until simulated events have come while it was open.</summary>
    private static async Task StreamAsync(HttpClient client, Sample sample)
    {
        long before = sample.Traffic.Counts.Sent;
        using Stream live = await client.GetStreamAsync(new Uri("/api/shoppers/0/live", UriKind.Relative));
        using StreamReader lines = new(live);
        long sent = before;
        while (sent <= before && await lines.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                JsonElement state = JsonDocument.Parse(line["data: ".Length..]).RootElement;
                sent = state.GetProperty("sent").GetInt64();
                Check(state.GetProperty("events").GetArrayLength() > 0, "events are shown");
                Check(state.GetProperty("trace").GetArrayLength() > 0, "a trace is shown");
            }
        }

        Check(sent > before, "events are streamed");
    }

    private static void CompareModels(Sample sample)
    {
        float worst = 0;
        for (int shopper = 0; shopper < Traffic.Names.Count; shopper++)
        {
            Ranking ranking = sample.Ranker.Rank(Traffic.IdOf(shopper));
            float[] plain = PlainModel.Score(sample.Weights, ranking.Embedding, ranking.Numbers, ranking.Mask, sample.Embeddings);
            Check(ranking.Rows > 0, "the sequence has rows");
            worst = Math.Max(worst, ranking.Scores.Zip(plain, (a, b) => Math.Abs(a - b)).Max());
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ONNX Runtime and plain loops differ by {worst:E1} at most"));
        Check(worst <= Tolerance, "ONNX Runtime computes what plain loops compute");
    }

    private static async Task BuyAsync(HttpClient client, Sample sample)
    {
        Ranking before = sample.Ranker.Rank(Traffic.IdOf(0));
        int first = before.Order[0];
        using HttpResponseMessage bought = await client.PostAsync(
            new Uri($"/api/shoppers/0/purchase/{Signals.Samples.Recommender.Shop.Catalogue.Items[first].Id}", UriKind.Relative),
            content: null);
        Ranking after = sample.Ranker.Rank(Traffic.IdOf(0));
        Check(bought.IsSuccessStatusCode && !before.Order.SequenceEqual(after.Order), "a purchase changes the ranking");
        Check(after.Scores[first] < before.Scores[first], "what was bought is worth less than before");
    }

    private static async Task EditAsync(HttpClient client)
    {
        string json = await client.GetStringAsync(new Uri("/api/definition", UriKind.Relative));
        JsonElement errors = await PutAsync(client, json.Replace("\"dwell_seconds\"", "\"dwel\"", StringComparison.Ordinal));
        Check(
            errors.EnumerateArray().Any(e => e.GetProperty("path").GetString()!.StartsWith("$.sources[0].where", StringComparison.Ordinal)),
            "a path is told");
        errors = await PutAsync(client, json.Replace("\"size\": 32", "\"size\": 5", StringComparison.Ordinal));
        Check(errors.GetArrayLength() == 0, "a definition is taken");
        JsonElement state = JsonDocument.Parse(await client.GetStringAsync(new Uri("/api/shoppers/1", UriKind.Relative))).RootElement;
        Check(state.GetProperty("served").GetInt32() == 5 && state.GetProperty("version").GetInt32() == 2, "an edit shows at once");
    }

    private static async Task<JsonElement> PutAsync(HttpClient client, string json)
    {
        using StringContent content = new(json, Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await client.PutAsync(new Uri("/api/definition", UriKind.Relative), content);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
    }

    private static void Check(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"The self-test found that this does not hold: {what}.");
        }
    }
}
