using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Gateway.Storage.Migrations;

/// <summary>One numbered step of the schema, embedded as <c>Migrations/{Postgres,Sqlite}/NNNN_name.sql</c>.</summary>
/// <param name="Version">Its number, from 1 without gaps.</param>
/// <param name="Name">What it does, from the file's name.</param>
/// <param name="Sql">Its statements.</param>
/// <param name="Checksum">Hex SHA-256 of the statements, so that a changed file is noticed.</param>
internal sealed record Migration(int Version, string Name, string Sql, string Checksum)
{
    /// <summary>
    /// How the name of a migration begins that programs without it cannot work with. All others only add, so that replicas of the version before go
    /// on, and may be started anew, while a new version is rolled out (docs/operations.md).
    /// </summary>
    private const string Breaking = "breaking_";

    /// <summary>The migrations of a database, in their order.</summary>
    public static IReadOnlyList<Migration> Load(string folder)
    {
        var assembly = typeof(Migration).Assembly;
        var migrations = assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(folder + "/", StringComparison.Ordinal) && name.EndsWith(".sql", StringComparison.Ordinal))
            .Select(name =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
                return Parse(Path.GetFileNameWithoutExtension(name), reader.ReadToEnd());
            })
            .OrderBy(migration => migration.Version)
            .ToList();
        for (var i = 0; i < migrations.Count; i++)
        {
            if (migrations[i].Version != i + 1)
                throw new InvalidOperationException($"Migration {i + 1} of {folder} is missing or there twice.");
        }

        return migrations;
    }

    /// <summary>
    /// What is still to apply. Throws <see cref="StorageStartException"/> when the database is of a newer program that this one cannot work beside,
    /// or was made by other statements than this program's.
    /// </summary>
    public static IReadOnlyList<Migration> Pending(
        IReadOnlyList<Migration> known, IReadOnlyCollection<AppliedMigration> applied, string database)
    {
        foreach (var done in applied)
        {
            if (done.Version > known.Count)
            {
                if (!done.Name.StartsWith(Breaking, StringComparison.Ordinal)) continue;
                throw new StorageStartException(
                    $"{database} has schema {applied.Max(m => m.Version)}, and this program knows only {known.Count}: start a newer version of Gateway.");
            }

            if (!string.Equals(known[done.Version - 1].Checksum, done.Checksum, StringComparison.Ordinal))
            {
                throw new StorageStartException(
                    $"{database} was made with another migration {done.Version} ({done.Name}) than this program has: applied migrations must not change.");
            }
        }

        var last = applied.Count == 0 ? 0 : applied.Max(m => m.Version);
        return [.. known.Where(migration => migration.Version > last)];
    }

    private static Migration Parse(string name, string text)
    {
        var sql = text.ReplaceLineEndings("\n");
        var split = name.IndexOf('_', StringComparison.Ordinal);
        return new(
            int.Parse(name.AsSpan(0, split), NumberStyles.None, CultureInfo.InvariantCulture),
            name[(split + 1)..],
            sql,
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql))));
    }
}

/// <summary>A migration that a database has.</summary>
internal sealed record AppliedMigration(int Version, string Name, string Checksum);
