"""Which symbol stands for what. The trader reads pictures first."""

OCCUPATIONS = {
    "pedagang-sayur": "nutrition",
    "pedagang-bumbu": "spa",
    "pedagang-daging": "set_meal",
    "pedagang-sembako": "rice_bowl",
    "kelontong": "storefront",
    "pedagang-batik": "texture",
    "pedagang-pakaian": "checkroom",
    "kuliner": "restaurant",
    "jajanan-pasar": "bakery_dining",
    "jamu": "emoji_food_beverage",
    "klithikan": "recycling",
    "pkl": "festival",
    "pedagang-keliling": "directions_walk",
    "penjahit": "content_cut",
    "salon-cukur": "face_3",
    "servis": "build",
    "buruh-gendong": "package_2",
    "parkir": "local_parking",
    "pelayan-lepas": "diversity_3",
    "pengrajin": "palette",
    "becak": "pedal_bike",
    "ojek": "two_wheeler",
    "sopir-kurir": "local_shipping",
    "lainnya": "work",
}
STATES = {"waiting": "schedule", "sent": "cloud_upload", "accepted": "task_alt", "refused": "support_agent"}
