using System.Text.Json;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Tool;

/// <summary>The tool prints a user's events in the order in which a read gives them, also where times are equal.</summary>
internal sealed class GetOrderTests
{
    [TestCase("", "a,b")]
    [TestCase("b,a", "b,a")]
    public async Task Get_EqualTimes_AreInTheOrderOfARead(string chosen, string types)
    {
        string root = Directory.CreateTempSubdirectory("signals-").FullName;
        try
        {
            UserId user = UserId.From("alice");
            StoreSchema schema = StoreSchema.Define(s => s.EventType("a", t => t.Field<int>("n")).EventType("b", t => t.Field<int>("n")));
            string folder = Path.Combine(root, "store");
            List<string> read = [];
            using (SignalStore store = SignalStore.Open(folder, schema))
            {
                foreach (string type in schema.EventTypes.Select(type => type.Name))
                {
                    EventBatch batch = store.CreateBatch(type);
                    foreach (ulong id in (ulong[])[5, 1, 9])
                    {
                        batch.Add(user, TestStores.Start, id).Set("n", 1);
                        batch.Add(user, TestStores.Start + 1, id).Set("n", 1);
                    }

                    await store.AppendAsync(batch);
                }

                using Sequence all = store.Read(user, store.Query(types.Split(',')).Last(100).Build());
                for (int row = 0; row < all.Count; row++)
                {
                    read.Add($"{schema.EventTypes[all.EventTypes[row]].Name} {all.Times[row]} {all.Ids[row]}");
                }
            }

            string[] choice = chosen.Length == 0 ? [] : ["--types", chosen];
            ToolRun run = await ToolRun.OfAsync(["get", folder, "alice", "--json", .. choice]);
            IEnumerable<string> printed = run.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
            {
                using JsonDocument json = JsonDocument.Parse(line);
                return string.Join(' ', new[] { "type", "time", "id" }.Select(name => json.RootElement.GetProperty(name).ToString()));
            });
            Assert.That(read, Has.Count.EqualTo(12));
            Assert.That(printed, Is.EqualTo(read));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }
}
