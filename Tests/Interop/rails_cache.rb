# Rails.cache on Redis: a recipe that writes the jti of a revoked token and asks for it. Reads words
# and answers each line, as stage.py has it.
#   usage: ruby rails_cache.rb URL
require "active_support"
require "active_support/cache"
require "active_support/cache/redis_cache_store"

# An error of Redis must not be taken for a miss.
cache = ActiveSupport::Cache::RedisCacheStore.new(
  url: ARGV[0], namespace: "shop",
  error_handler: ->(method:, returning:, exception:) { raise exception }
)

$stdout.sync = true
while (line = $stdin.gets)
  word, id, life = line.split
  begin
    key = "revoked_token:#{id}"
    answer =
      case word
      when "logout" then cache.write(key, true, expires_in: life.to_i)
      when "exist" then cache.exist?(key)
      when "read" then cache.read(key) == true
      end
    puts "ok #{answer ? "yes" : "no"}"
  rescue StandardError => error
    puts "error #{error.class} #{error.message.tr("\n", " ")}"
  end
end
