using Microsoft.AspNetCore.Http;
using Signals.Dashboard.Http;
using Signals.Dashboard.Rows;
using Signals.Dashboard.Sampling;
using Signals.Serving;

namespace Signals.Dashboard.Views;

/// <summary>A user's newest events with all columns, and what became of them since a time if the store keeps its versions.</summary>
internal static class UserView
{
    /// <summary>How many rows may be asked for.</summary>
    public const int MostRows = 1000;

    private const int UsualRows = 100;

    public static Task SendAsync(HttpContext context, ShownStore shown, TimeProvider time)
    {
        UserId user = Parameters.User(context.Request);
        int last = (int)(Parameters.OptionalNumber(context.Request, "last", 1, MostRows) ?? UsualRows);
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        long? since = Parameters.OptionalNumber(context.Request, "since_ms", 0, now);
        EventTypeSchema[] types = TypesOf(context.Request, shown.Store.Schema);
        UserHistory history = UserHistory.Read(shown.Store, types, last, query => shown.Store.Read(user, query));
        HistoryComparison? comparison = since is long then ? Compare(shown.Store, user, types, last, history, then) : null;
        return JsonAnswer.SendAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteNumber("now_ms", now);
            json.WriteString("user", user.ToString());
            json.WriteBoolean("has_more", history.End is not null);
            RowJson.WriteColumns(json, types);
            JsonAnswer.Objects(json, "types", types, type => json.WriteString("name", type.Name));
            JsonAnswer.Objects(json, "rows", history.Rows, row =>
            {
                RowJson.Write(json, row);
                if (comparison is not null)
                {
                    json.WriteBoolean("late", comparison.IsLate(row));
                    json.WriteStartArray("changed");
                    foreach (string column in comparison.Changed(row))
                    {
                        json.WriteStringValue(column);
                    }

                    json.WriteEndArray();
                }
            });
            JsonAnswer.Objects(json, "gone", comparison?.Gone ?? [], row => RowJson.Write(json, row));
            json.WriteEndObject();
        });
    }

    private static EventTypeSchema[] TypesOf(HttpRequest request, StoreSchema schema)
    {
        if (Parameters.OptionalText(request, "type") is not string name)
        {
            return [.. schema.EventTypes.Where(live => !live.IsDropped)];
        }

        return schema.TryGet(name, out EventTypeSchema? type)
            ? [type]
            : throw Parameters.Bad("The store has no event type of this name.");
    }

    private static HistoryComparison Compare(
        SignalStore store, UserId user, EventTypeSchema[] types, int last, UserHistory now, long thenMs)
    {
        try
        {
            using PastStore past = store.OpenPast(DateTimeOffset.FromUnixTimeMilliseconds(thenMs));
            return new HistoryComparison(now, UserHistory.Read(store, types, last, query => past.Read(user, query)), thenMs);
        }
        catch (Exception error) when (error is InvalidOperationException or VersionExpiredException)
        {
            throw new RefusedException(StatusCodes.Status409Conflict, error.Message);
        }
    }
}
